internal import Kernels

/// Means and deviations of a batch's columns, and what terms add to the gradient by them.
final class ColumnFigures {
  private let arena = Arena<Double>()
  /// (1, dim) each: unbiased standard deviations, and means, of outputs and targets.
  let means, deviations, targetMeans, targetDeviations: Matrix<Double>
  /// (1, dim): the gradient by p is shift + factor · p.
  let shifts, factors: Matrix<Double>
  var hasGradient = false
  private var isLoaded = false

  init(dim: Int) {
    means = arena.matrix(rows: 1, columns: dim)
    deviations = arena.matrix(rows: 1, columns: dim)
    targetMeans = arena.matrix(rows: 1, columns: dim)
    targetDeviations = arena.matrix(rows: 1, columns: dim)
    shifts = arena.matrix(rows: 1, columns: dim)
    factors = arena.matrix(rows: 1, columns: dim)
  }

  /// Forgets the batch and what was added.
  func clear() {
    isLoaded = false
    guard hasGradient else { return }
    hasGradient = false
    shifts.fill(0)
    factors.fill(0)
  }

  /// Computes the moments of a batch, once.
  func load<Scalar: Real>(_ output: Matrix<Scalar>, _ target: Matrix<Scalar>) {
    guard !isLoaded else { return }
    isLoaded = true
    ColumnMoments.ofColumns(output, means: means, deviations: deviations)
    ColumnMoments.ofColumns(target, means: targetMeans, deviations: targetDeviations)
  }

  /// Adds a slope by the deviation of a column: ∂s/∂p = (p − mean) / ((n − 1) s). A column of equal entries has none.
  func addSlope(_ slope: Double, byDeviationOf column: Int, rows: Int) {
    let deviation = deviations[0, column]
    guard deviation > 0 else { return }
    let factor = slope / (Double(rows - 1) * deviation)
    factors[0, column] += factor
    shifts[0, column] -= factor * means[0, column]
  }

  /// Adds the gradient by the outputs, (n, dim).
  func addGradient<Scalar: Real>(_ output: Matrix<Scalar>, to gradient: Matrix<Scalar>) {
    guard hasGradient else { return }
    ColumnMoments.add(shifts: shifts, factors: factors, times: output, to: gradient)
  }
}
