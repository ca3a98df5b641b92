public import Kernels

/// How near predictions come to the truth, over all rows added.
public struct FitScores {
  public private(set) var rows = 0
  private var cosines = 0.0
  private var errors = 0.0
  private var squares = 0.0
  private var sums: [Double]

  public init(dim: Int) {
    sums = [Double](repeating: 0, count: dim)
  }

  /// Adds rows of (n, dim) each.
  ///
  /// - Returns: their cosines, 0 where a vector is zero.
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

  /// Mean cos(ŷ, y).
  public var meanCosine: Double { cosines / Double(rows) }

  /// 1 − Σ‖y − ŷ‖² / Σ‖y − mean y‖²; nil where the truth does not vary.
  public var rSquared: Double? {
    let variation = squares - sums.reduce(0) { $0 + $1 * $1 } / Double(rows)
    return variation > 0 ? 1 - errors / variation : nil
  }
}
