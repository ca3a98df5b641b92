/// y = eˣ / Σ eˣ over every row.
public enum Softmax<Scalar: Real> {
  /// - Parameter y: as x; it may be x.
  public static func forward(_ x: Matrix<Scalar>, into y: Matrix<Scalar>) {
    precondition(x.rows == y.rows && x.columns == y.columns && x.columns > 0, "matrices of different shapes")
    Workers.parallel(x.rows, minimum: max(1, 2048 / x.columns)) { rows in
      for row in rows { forward(x.base + row * x.stride, y.base + row * y.stride, x.columns) }
    }
  }

  /// dx = y ∘ (dy − Σ dy ∘ y).
  ///
  /// - Parameter dx: as y; it may be dy.
  public static func backward(_ dy: Matrix<Scalar>, _ y: Matrix<Scalar>, into dx: Matrix<Scalar>) {
    precondition(dy.rows == y.rows && dy.columns == y.columns, "matrices of different shapes")
    precondition(dy.rows == dx.rows && dy.columns == dx.columns, "matrices of different shapes")
    Workers.parallel(y.rows, minimum: max(1, 4096 / max(y.columns, 1))) { rows in
      for row in rows {
        backward(dy.base + row * dy.stride, y.base + row * y.stride, dx.base + row * dx.stride, y.columns)
      }
    }
  }

  /// One row, whose greatest entry is taken off first, so that nothing overflows.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  static func forward(_ x: UnsafePointer<Scalar>, _ y: UnsafeMutablePointer<Scalar>, _ count: Int) {
    var greatest = x[0]
    for i in 1..<max(count, 1) where x[i] > greatest { greatest = x[i] }
    var total: Scalar = 0
    Lanes<Scalar>.each(count) { index, left in
      Lanes.store(Scalar.exponential(Lanes.load(x + index, left) - greatest), y + index, left)
      for i in index..<index + left { total += y[i] }
    }
    let inverse = 1 / total
    for i in 0..<count { y[i] *= inverse }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  static func backward(
    _ dy: UnsafePointer<Scalar>, _ y: UnsafePointer<Scalar>, _ dx: UnsafeMutablePointer<Scalar>, _ count: Int
  ) {
    let along = Lanes.dot(dy, y, count)
    for i in 0..<count { dx[i] = y[i] * (dy[i] - along) }
  }
}
