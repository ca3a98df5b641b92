/// Products of matrices, split across threads: each computes some rows or some columns of the result with one
/// call of OpenBLAS.
///
/// With `adding` the result is added to what is there. Shapes are checked.
public enum MatrixProduct<Scalar: Real> {
  /// c = a · bᵀ (+ bias in every row): a is (m, k), b (n, k), c (m, n), bias (1, n).
  ///
  /// - Parameter then: called with the rows and columns of each part of c once it is there, on the thread that has it in
  ///   its cache.
  public static func ofTransposed(
    _ a: Matrix<Scalar>, _ b: Matrix<Scalar>, into c: Matrix<Scalar>, bias: Matrix<Scalar>? = nil, scale: Scalar = 1,
    adding: Bool = false, then: ((Range<Int>, Range<Int>) -> Void)? = nil
  ) {
    precondition(
      a.columns == b.columns && c.rows == a.rows && c.columns == b.rows, "matrices whose shapes make no product")
    share(c, bias: bias, adding: adding) { rows, columns, keep in
      call(
        c.rows(rows).columns(columns), inner: a.columns, scale: scale, .init(a.rows(rows)),
        .init(b.rows(columns), isTransposed: true), keep: keep)
      then?(rows, columns)
    }
  }

  /// c = a · b: a is (m, k), b (k, n), c (m, n).
  public static func of(
    _ a: Matrix<Scalar>, _ b: Matrix<Scalar>, into c: Matrix<Scalar>, scale: Scalar = 1, adding: Bool = false,
    then: ((Range<Int>, Range<Int>) -> Void)? = nil
  ) {
    precondition(
      a.columns == b.rows && c.rows == a.rows && c.columns == b.columns, "matrices whose shapes make no product")
    share(c, bias: nil, adding: adding) { rows, columns, keep in
      call(
        c.rows(rows).columns(columns), inner: a.columns, scale: scale, .init(a.rows(rows)), .init(b.columns(columns)),
        keep: keep)
      then?(rows, columns)
    }
  }

  /// c = aᵀ · b: a is (k, m), b (k, n), c (m, n).
  public static func transposed(
    _ a: Matrix<Scalar>, _ b: Matrix<Scalar>, into c: Matrix<Scalar>, scale: Scalar = 1, adding: Bool = false
  ) {
    precondition(
      a.rows == b.rows && c.rows == a.columns && c.columns == b.columns, "matrices whose shapes make no product")
    share(c, bias: nil, adding: adding) { rows, columns, keep in
      call(
        c.rows(rows).columns(columns), inner: a.rows, scale: scale, .init(a.columns(rows), isTransposed: true),
        .init(b.columns(columns)), keep: keep)
    }
  }

  /// Calls `part` for parts of c. The longer side is cut: each thread packs the whole of the operand that belongs to the
  /// other side, and the shorter side has the smaller one.
  private static func share(
    _ c: Matrix<Scalar>, bias: Matrix<Scalar>?, adding: Bool, _ part: (Range<Int>, Range<Int>, Scalar) -> Void
  ) {
    let cutsColumns = c.columns >= c.rows
    Workers.parallel(cutsColumns ? c.columns : c.rows, minimum: 16, multiple: 16) { range in
      let rows = cutsColumns ? 0..<c.rows : range
      let columns = cutsColumns ? range : 0..<c.columns
      if let bias, !adding {
        for row in rows { c.rows(row..<row + 1).columns(columns).copy(from: bias.columns(columns)) }
      }
      part(rows, columns, adding || bias != nil ? 1 : 0)
    }
  }

  private static func call(
    _ c: Matrix<Scalar>, inner: Int, scale: Scalar, _ a: ProductOperand<Scalar>, _ b: ProductOperand<Scalar>,
    keep: Scalar
  ) {
    guard c.rows > 0, c.columns > 0 else { return }
    Scalar.multiply(
      ProductShape(rows: c.rows, columns: c.columns, inner: inner), scale: scale, a, b, keep: keep, into: c.base,
      stride: max(c.stride, 1))
  }
}
