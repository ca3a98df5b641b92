internal import CBLAS

/// Why a factorization or a decomposition has no result.
public enum LinearAlgebraFault: Error, Equatable, Sendable {
  /// The matrix is not positive definite, or holds a NaN.
  case notPositiveDefinite
  /// The iteration did not converge, or the matrix holds a NaN.
  case notConverged
}

/// Linear equations whose matrix is symmetric and positive definite.
public enum Cholesky {
  /// Solves a · xᵢ = bᵢ for every row bᵢ of b, by a = Lᵀ · L.
  ///
  /// - Parameters:
  ///   - a: (n, n), of which only the upper triangle is read; it is lost.
  ///   - b: (m, n), whose rows become the solutions.
  public static func solve(_ a: Matrix<Double>, _ b: Matrix<Double>) throws(LinearAlgebraFault) {
    precondition(a.rows == a.columns && b.columns == a.rows, "sides of different sizes")
    guard a.rows > 0, b.rows > 0 else { return }
    Workers.prepare()
    // What is upper by rows is lower by columns.
    var (n, m) = (Int32(a.rows), Int32(b.rows))
    var (aStride, bStride) = (Int32(a.stride), Int32(b.stride))
    var status: Int32 = 0
    dpotrf_("L", &n, a.base, &aStride, &status, 1)
    guard status == 0 else { throw .notPositiveDefinite }
    dpotrs_("L", &n, &m, a.base, &aStride, b.base, &bStride, &status, 1)
    guard status == 0 else { throw .notPositiveDefinite }
  }
}
