internal import Kernels

/// The mean squared difference of the entries of output and target (P1).
public struct MeanSquaredError: LossTerm {
  public static let name = "mse"
  public static let definition = "mean squared error of all entries of p"

  public init(_ parameters: TermParameters) {}
  /// The term, which has no parameters.
  public init() {}

  /// The slope by p is 2 (p − n) / (windows · dim).
  public func evaluate(_ batch: BatchFigures, factor: Double) -> Double {
    let entries = Double(batch.windows * batch.dim)
    var sum = 0.0
    for window in 0..<batch.windows {
      sum += batch.weights[0, window] * batch.distances[0, window]
      let slope = 2 * factor * batch.weights[0, window] / entries
      batch.outputFactors[0, window] += slope
      batch.targetFactors[0, window] -= slope
    }
    return sum / entries
  }
}
