internal import Kernels

/// Keeps the length of the raw output near 1 (P6b v2.1 and later).
public struct NormPenalty: LossTerm {
  public static let name = "norm"
  public static let definition = "(‖p‖ − 1)²"

  public init(_ parameters: TermParameters) {}
  /// The term, which has no parameters.
  public init() {}

  /// The slope by p is 2 (‖p‖ − 1) p / ‖p‖. An output without a direction gets none.
  public func evaluate(_ batch: BatchFigures, factor: Double) -> Double {
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
