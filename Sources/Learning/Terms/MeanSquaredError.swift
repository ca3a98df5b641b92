internal import Kernels

/// The mean squared difference of the entries of output and target (P1).
package struct MeanSquaredError: LossTerm {
  package static let name = "mse"
  package static let definition = "mean squared error of all entries of p"

  package init(_ parameters: TermParameters) {}
  /// The term, which has no parameters.
  package init() {}

  /// The slope by p is 2 (p − n) / (windows · dim).
  package func evaluate(_ batch: BatchFigures, factor: Double) -> Double {
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
