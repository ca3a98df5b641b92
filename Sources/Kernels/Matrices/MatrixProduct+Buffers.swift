extension MatrixProduct {
  /// c = a · bᵀ of matrices that others own: a is (m, inner), b (n, inner), c (m, n), each without gaps.
  public static func ofTransposed(
    _ a: UnsafeBufferPointer<Scalar>, _ b: UnsafeBufferPointer<Scalar>, inner: Int,
    into c: UnsafeMutableBufferPointer<Scalar>
  ) {
    precondition(inner > 0 && a.count % inner == 0 && b.count % inner == 0, "entries that are no whole rows")
    let (rows, columns) = (a.count / inner, b.count / inner)
    precondition(c.count == rows * columns, "a product of another size than its room")
    guard let left = a.baseAddress, let right = b.baseAddress, let result = c.baseAddress else { return }
    // Operands are only read.
    ofTransposed(
      Matrix(base: UnsafeMutablePointer(mutating: left), rows: rows, columns: inner, stride: inner),
      Matrix(base: UnsafeMutablePointer(mutating: right), rows: columns, columns: inner, stride: inner),
      into: Matrix(base: result, rows: rows, columns: columns, stride: columns))
  }
}
