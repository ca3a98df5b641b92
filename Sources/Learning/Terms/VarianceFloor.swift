internal import Kernels

/// Keeps the unbiased standard deviation of every column of outputs at 1 or more (Bardes, Ponce and LeCun, "VICReg", 2022).
package struct VarianceFloor: LossTerm {
  package static let name = "variance"
  package static let definition = "mean over the columns of max(0, 1 − deviation of p)"
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
    for column in 0..<batch.dim where columns.deviations[0, column] < 1 {
      sum += 1 - columns.deviations[0, column]
      columns.addSlope(-factor / Double(batch.dim), byDeviationOf: column, rows: batch.windows)
    }
    columns.hasGradient = columns.hasGradient || factor != 0
    return sum / Double(batch.dim)
  }
}
