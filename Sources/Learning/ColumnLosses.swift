internal import Kernels

/// The terms that look at a batch column by column: `moment` and `variance`.
struct ColumnLosses<Scalar: Real> {
  private let arena = Arena<Double>()
  /// (1, dim) each.
  private let means, deviations, targetMeans, targetDeviations: Matrix<Double>
  /// (1, dim): the gradient is shift + factor · (p − mean).
  private let shifts, factors: Matrix<Double>
  private var isLoaded = false
  private var hasGradient = false

  init(dim: Int) {
    means = arena.matrix(rows: 1, columns: dim)
    deviations = arena.matrix(rows: 1, columns: dim)
    targetMeans = arena.matrix(rows: 1, columns: dim)
    targetDeviations = arena.matrix(rows: 1, columns: dim)
    shifts = arena.matrix(rows: 1, columns: dim)
    factors = arena.matrix(rows: 1, columns: dim)
  }

  mutating func clear() {
    isLoaded = false
    guard hasGradient else { return }
    hasGradient = false
    shifts.fill(0)
    factors.fill(0)
  }

  private mutating func load(_ output: Matrix<Scalar>, _ target: Matrix<Scalar>) {
    guard !isLoaded else { return }
    isLoaded = true
    ColumnMoments.ofColumns(output, means: means, deviations: deviations)
    ColumnMoments.ofColumns(target, means: targetMeans, deviations: targetDeviations)
  }

  mutating func moment(_ output: Matrix<Scalar>, _ target: Matrix<Scalar>, _ factor: Double) -> Double {
    load(output, target)
    var sum = 0.0
    for column in 0..<output.columns {
      let shift = means[0, column] - targetMeans[0, column]
      let spread = deviations[0, column] - targetDeviations[0, column]
      sum += shift * shift + spread * spread
      let slope = 2 * factor / Double(output.columns)
      shifts[0, column] += slope * shift / Double(output.rows)
      addSlope(slope * spread, byDeviationOf: column, rows: output.rows)
    }
    hasGradient = hasGradient || factor != 0
    return sum / Double(output.columns)
  }

  mutating func variance(_ output: Matrix<Scalar>, _ target: Matrix<Scalar>, _ factor: Double) -> Double {
    load(output, target)
    var sum = 0.0
    for column in 0..<output.columns where deviations[0, column] < 1 {
      sum += 1 - deviations[0, column]
      addSlope(-factor / Double(output.columns), byDeviationOf: column, rows: output.rows)
    }
    hasGradient = hasGradient || factor != 0
    return sum / Double(output.columns)
  }

  /// ∂s/∂p = (p − mean) / ((n − 1) s). A column of equal entries has no slope.
  private func addSlope(_ slope: Double, byDeviationOf column: Int, rows: Int) {
    let deviation = deviations[0, column]
    guard deviation > 0 else { return }
    let factor = slope / (Double(rows - 1) * deviation)
    factors[0, column] += factor
    shifts[0, column] -= factor * means[0, column]
  }

  func addGradient(_ output: Matrix<Scalar>, to gradient: Matrix<Scalar>) {
    guard hasGradient else { return }
    ColumnMoments.add(shifts: shifts, factors: factors, times: output, to: gradient)
  }
}
