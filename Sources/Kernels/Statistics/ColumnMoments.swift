/// Means and standard deviations down the columns, in double precision.
public enum ColumnMoments<Scalar: Real> {
  /// means[0, j] = the mean of x[i, j] over i; deviations[0, j] its unbiased standard deviation, 0 for a single row.
  ///
  /// - Parameters:
  ///   - x: (n, dim).
  ///   - means, deviations: (1, dim).
  public static func ofColumns(_ x: Matrix<Scalar>, means: Matrix<Double>, deviations: Matrix<Double>) {
    check(x, means, deviations)
    guard x.rows > 0 else { return }
    Workers.parallel(x.columns, minimum: max(1, 16_384 / x.rows)) { columns in
      for column in columns {
        (means.base[column], deviations.base[column]) = ofColumn(x.base + column, x.rows, x.stride)
      }
    }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private static func ofColumn(
    _ x: UnsafePointer<Scalar>, _ rows: Int, _ stride: Int
  ) -> (mean: Double, deviation: Double) {
    var sum = 0.0
    for row in 0..<rows { sum += Double(x[row * stride]) }
    let mean = sum / Double(rows)
    var squares = 0.0
    for row in 0..<rows {
      let difference = Double(x[row * stride]) - mean
      squares += difference * difference
    }
    return (mean, rows > 1 ? (squares / Double(rows - 1)).squareRoot() : 0)
  }

  /// y[i, j] += shifts[0, j] + factors[0, j] · x[i, j].
  ///
  /// - Parameters:
  ///   - x, y: (n, dim).
  ///   - shifts, factors: (1, dim).
  public static func add(
    shifts: Matrix<Double>, factors: Matrix<Double>, times x: Matrix<Scalar>, to y: Matrix<Scalar>
  ) {
    check(x, shifts, factors)
    precondition(x.rows == y.rows && x.columns == y.columns, "matrices of different shapes")
    for row in 0..<x.rows {
      add(shifts.base, factors.base, x.base + row * x.stride, x.columns, to: y.base + row * y.stride)
    }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private static func add(
    _ shifts: UnsafePointer<Double>, _ factors: UnsafePointer<Double>, _ x: UnsafePointer<Scalar>, _ count: Int,
    to y: UnsafeMutablePointer<Scalar>
  ) {
    for i in 0..<count { y[i] += Scalar(shifts[i] + factors[i] * Double(x[i])) }
  }

  private static func check(_ x: Matrix<Scalar>, _ a: Matrix<Double>, _ b: Matrix<Double>) {
    precondition(
      a.rows == 1 && a.columns == x.columns && b.rows == 1 && b.columns == x.columns,
      "another number of figures than columns")
  }
}
