internal import Kernels

/// Matches the means and the unbiased standard deviations of the columns of outputs and targets.
package struct MomentMatching: LossTerm {
  package static let name = "moment"
  package static let definition = "mean squared differences of the columns' means and deviations between p and n"
  package static let takesWeights = false

  package init(_ parameters: TermParameters) {}
  /// The term, which has no parameters.
  package init() {}

  package var needs: TermNeeds {
    var needs = TermNeeds()
    needs.columns = true
    return needs
  }

  package func evaluate(_ batch: BatchFigures, factor: Double) -> Double {
    let columns = batch.columns
    var sum = 0.0
    for column in 0..<batch.dim {
      let shift = columns.means[0, column] - columns.targetMeans[0, column]
      let spread = columns.deviations[0, column] - columns.targetDeviations[0, column]
      sum += shift * shift + spread * spread
      let slope = 2 * factor / Double(batch.dim)
      columns.shifts[0, column] += slope * shift / Double(batch.windows)
      columns.addSlope(slope * spread, byDeviationOf: column, rows: batch.windows)
    }
    columns.hasGradient = columns.hasGradient || factor != 0
    return sum / Double(batch.dim)
  }
}
