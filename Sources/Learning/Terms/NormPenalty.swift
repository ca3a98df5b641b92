internal import Kernels

/// Keeps the length of the raw output near 1 (P6b v2.1 and later).
package struct NormPenalty: LossTerm {
  package static let name = "norm"
  package static let definition = "(‖p‖ − 1)²"

  package init(_ parameters: TermParameters) {}
  /// The term, which has no parameters.
  package init() {}

  /// The slope by p is 2 (‖p‖ − 1) p / ‖p‖. An output without a direction gets none.
  package func evaluate(_ batch: BatchFigures, factor: Double) -> Double {
    var sum = 0.0
    for window in 0..<batch.windows {
      let length = batch.outputLengths[0, window]
      sum += batch.weights[0, window] * (length - 1) * (length - 1)
      guard length >= BatchFigures.epsilon else { continue }
      batch.outputFactors[0, window] +=
        2 * factor * batch.weights[0, window] / Double(batch.windows) * (length - 1) / length
    }
    return sum / Double(batch.windows)
  }
}
