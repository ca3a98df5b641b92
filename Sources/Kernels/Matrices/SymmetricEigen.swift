internal import CBLAS

/// The directions in which a symmetric matrix only stretches.
public struct SymmetricEigen {
  /// Ascending, (n).
  public let values: [Double]
  /// (n, n): row i is the unit vector of `values[i]`; its sign is arbitrary.
  public let vectors: Matrix<Double>
  private let arena = Arena<Double>()

  /// - Parameter matrix: (n, n), of which only the upper triangle is read.
  public init(_ matrix: Matrix<Double>) throws(LinearAlgebraFault) {
    precondition(matrix.rows == matrix.columns && matrix.rows > 0, "a matrix that is not square")
    Workers.prepare()
    vectors = arena.matrix(rows: matrix.rows, columns: matrix.rows)
    vectors.copy(from: matrix)
    var n = Int32(matrix.rows)
    var stride = n
    var status: Int32 = 0
    var values = [Double](repeating: 0, count: matrix.rows)
    // Asked with lengths of -1, it tells those it needs.
    var (length, wholeLength): (Int32, Int32) = (-1, -1)
    var (room, wholeRoom): ([Double], [Int32]) = ([0], [0])
    for _ in 0..<2 {
      dsyevd_(
        "V", "L", &n, vectors.base, &stride, &values, &room, &length, &wholeRoom, &wholeLength, &status, 1, 1)
      guard status == 0 else { throw .notConverged }
      guard length < 0 else { break }
      (length, wholeLength) = (Int32(room[0]), wholeRoom[0])
      (room, wholeRoom) = ([Double](repeating: 0, count: Int(length)), [Int32](repeating: 0, count: Int(wholeLength)))
    }
    guard values.allSatisfy(\.isFinite) else { throw .notConverged }
    self.values = values
  }
}
