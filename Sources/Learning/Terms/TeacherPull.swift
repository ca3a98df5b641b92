internal import Kernels

/// Pulls the windows towards their targets that are far from them (P7's warm-up).
package struct TeacherPull: LossTerm {
  package static let name = "teacher-pull"
  package static let definition = "mean of 1 − cos(p, n) over the windows with cos(p, n) below `threshold`"
  package static let parameters = [TermParameter("threshold", in: -1...1, default: 0.2)]

  private let threshold: Double

  package init(_ parameters: TermParameters) { self.init(threshold: parameters["threshold"]) }
  /// The term with its parameter.
  package init(threshold: Double) { self.threshold = threshold }

  /// 0 if no window is below the threshold.
  package func evaluate(_ batch: BatchFigures, factor: Double) -> Double {
    let next = batch.slot(.next)
    let low = (0..<batch.windows).count { batch.cosines[next, $0] < threshold }
    guard low > 0 else { return 0 }
    var sum = 0.0
    for window in 0..<batch.windows where batch.cosines[next, window] < threshold {
      sum += batch.weights[0, window] * (1 - batch.cosines[next, window])
      batch.slopes[next, window] -= factor * batch.weights[0, window] / Double(low)
    }
    return sum / Double(low)
  }
}
