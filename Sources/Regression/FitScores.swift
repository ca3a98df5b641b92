public import Kernels

/// How close predictions are to the truth, over all rows added.
public struct FitScores {
  /// Rows added.
  public private(set) var rows = 0
  private var cosines = 0.0
  private var errors = 0.0
  private var squares = 0.0
  private var sums: [Double]

  /// Starts without rows.
  ///
  /// - Parameter dim: entries of a row.
  public init(dim: Int) {
    sums = [Double](repeating: 0, count: dim)
  }

  /// Adds n predictions and what they should be, (n, dim) each.
  ///
  /// - Returns: their cosines, (n), 0 where a vector is zero.
  @discardableResult
  public mutating func add(_ predictions: Matrix<Double>, _ truth: Matrix<Double>) -> [Double] {
    (0..<truth.rows).map { add(predictions.row($0), truth.row($0)) }
  }

  private mutating func add(
    _ p: UnsafeMutableBufferPointer<Double>, _ y: UnsafeMutableBufferPointer<Double>
  ) -> Double {
    var (inner, pp, yy, error) = (0.0, 0.0, 0.0, 0.0)
    for entry in 0..<y.count {
      inner += p[entry] * y[entry]
      pp += p[entry] * p[entry]
      yy += y[entry] * y[entry]
      error += (p[entry] - y[entry]) * (p[entry] - y[entry])
      sums[entry] += y[entry]
    }
    let norms = (pp * yy).squareRoot()
    let cosine = norms > 0 ? inner / norms : 0
    rows += 1
    cosines += cosine
    errors += error
    squares += yy
    return cosine
  }

  /// Mean cos(ŷ, y) over the rows, from −1 to 1.
  public var meanCosine: Double { cosines / Double(rows) }

  /// R² = 1 − Σ‖y − ŷ‖² / Σ‖y − mean y‖², at most 1; nil where the truth does not vary.
  public var rSquared: Double? {
    let variation = squares - sums.reduce(0) { $0 + $1 * $1 } / Double(rows)
    return variation > 0 ? 1 - errors / variation : nil
  }
}
