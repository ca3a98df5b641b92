/// u(x) = x / max(‖x‖, 1e-8) for every row: of length 1, except that 0 stays 0.
public enum UnitRows<Scalar: Real> {
  /// The least length that a row is divided by.
  public static var minimum: Scalar { 1e-8 }

  /// - Parameters:
  ///   - y: as x; it may be x.
  ///   - norms: (n or more, 1), takes the lengths ‖x‖.
  public static func forward(_ x: Matrix<Scalar>, into y: Matrix<Scalar>, norms: Matrix<Scalar>) {
    precondition(x.rows == y.rows && x.columns == y.columns, "matrices of different shapes")
    precondition(norms.rows >= x.rows && norms.columns == 1, "fewer norms than rows")
    Workers.parallel(x.rows, minimum: max(1, 8192 / max(x.columns, 1))) { rows in
      for row in rows {
        norms.base[row * norms.stride] = forward(x.base + row * x.stride, y.base + row * y.stride, x.columns)
      }
    }
  }

  /// dx = (dy − y·(y·dy)) / ‖x‖; where ‖x‖ is below 1e-8, dy / 1e-8.
  ///
  /// - Parameters:
  ///   - y: the unit rows; needed as they were.
  ///   - dx: as y; it may be dy.
  ///   - scale: of what is written or added.
  ///   - adding: to what dx holds.
  public static func backward(
    _ dy: Matrix<Scalar>, _ y: Matrix<Scalar>, norms: Matrix<Scalar>, into dx: Matrix<Scalar>, scale: Scalar = 1,
    adding: Bool = false
  ) {
    precondition(dy.rows == y.rows && dy.columns == y.columns, "matrices of different shapes")
    precondition(dy.rows == dx.rows && dy.columns == dx.columns, "matrices of different shapes")
    precondition(norms.rows >= y.rows && norms.columns == 1, "fewer norms than rows")
    Workers.parallel(y.rows, minimum: max(1, 8192 / max(y.columns, 1))) { rows in
      for row in rows {
        backward(
          dy.base + row * dy.stride, y.base + row * y.stride, norm: norms.base[row * norms.stride],
          dx.base + row * dx.stride, y.columns, scale: scale, adding: adding)
      }
    }
  }

  /// One row; returns its length.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  static func forward(_ x: UnsafePointer<Scalar>, _ y: UnsafeMutablePointer<Scalar>, _ count: Int) -> Scalar {
    let fast = Lanes.dot(x, x, count)
    // Squares beyond the range of single precision are added up in double precision.
    let norm = fast.isFinite ? Double(fast.squareRoot()) : DoubleSums.products(x, x, count).squareRoot()
    let inverse = fast.isFinite ? 1 / max(fast.squareRoot(), minimum) : Scalar(1 / norm)
    Lanes<Scalar>.each(count) { index, left in Lanes.store(Lanes.load(x + index, left) * inverse, y + index, left) }
    return Scalar(norm)
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  static func backward(
    _ dy: UnsafePointer<Scalar>, _ y: UnsafePointer<Scalar>, norm: Scalar, _ dx: UnsafeMutablePointer<Scalar>,
    _ count: Int, scale: Scalar, adding: Bool
  ) {
    let along = norm > minimum ? Lanes.dot(dy, y, count) : 0
    let factor = scale / max(norm, minimum)
    Lanes<Scalar>.each(count) { index, left in
      let value = (Lanes.load(dy + index, left) - Lanes.load(y + index, left) * along) * factor
      Lanes.store(adding ? Lanes.load(dx + index, left) + value : value, dx + index, left)
    }
  }
}
