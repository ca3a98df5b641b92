/// Sums of two matrices with a factor each.
public enum Blend<Scalar: Real> {
  /// z = a · x + b · y.
  ///
  /// - Parameter z: as x and y; it may be either.
  public static func of(_ a: Scalar, _ x: Matrix<Scalar>, _ b: Scalar, _ y: Matrix<Scalar>, into z: Matrix<Scalar>) {
    precondition(x.rows == y.rows && x.columns == y.columns, "matrices of different shapes")
    precondition(x.rows == z.rows && x.columns == z.columns, "matrices of different shapes")
    Workers.parallel(x.rows, minimum: max(1, 16_384 / max(x.columns, 1))) { rows in
      for row in rows {
        add(a, x.base + row * x.stride, b, y.base + row * y.stride, z.base + row * z.stride, z.columns)
      }
    }
  }

  /// Σ x ∘ y, by rows in their order.
  public static func dot(_ x: Matrix<Scalar>, _ y: Matrix<Scalar>) -> Scalar {
    precondition(x.rows == y.rows && x.columns == y.columns, "matrices of different shapes")
    var total: Scalar = 0
    for row in 0..<x.rows { total += dot(x.base + row * x.stride, y.base + row * y.stride, x.columns) }
    return total
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private static func add(
    _ a: Scalar, _ x: UnsafePointer<Scalar>, _ b: Scalar, _ y: UnsafePointer<Scalar>,
    _ z: UnsafeMutablePointer<Scalar>, _ count: Int
  ) {
    Lanes<Scalar>.each(count) { index, left in
      Lanes.store(a * Lanes.load(x + index, left) + b * Lanes.load(y + index, left), z + index, left)
    }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private static func dot(_ x: UnsafePointer<Scalar>, _ y: UnsafePointer<Scalar>, _ count: Int) -> Scalar {
    Lanes.dot(x, y, count)
  }
}
