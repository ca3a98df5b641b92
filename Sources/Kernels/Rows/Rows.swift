/// Sums over each row, in double precision: the same bits on any number of threads.
public enum Rows<Scalar: Real> {
  /// products[0, i] = Σⱼ a[i, j] · b[i, j].
  ///
  /// - Parameters:
  ///   - a, b: (n, dim).
  ///   - products: (1, n).
  public static func products(_ a: Matrix<Scalar>, _ b: Matrix<Scalar>, into products: Matrix<Double>) {
    check(a, b, products)
    share(a) { row in
      products.base[row] = DoubleSums.products(a.base + row * a.stride, b.base + row * b.stride, a.columns)
    }
  }

  /// distances[0, i] = Σⱼ (a[i, j] − b[i, j])².
  ///
  /// - Parameters:
  ///   - a, b: (n, dim).
  ///   - distances: (1, n).
  public static func squaredDistances(_ a: Matrix<Scalar>, _ b: Matrix<Scalar>, into distances: Matrix<Double>) {
    check(a, b, distances)
    share(a) { row in
      distances.base[row] = DoubleSums.squaredDifferences(a.base + row * a.stride, b.base + row * b.stride, a.columns)
    }
  }

  /// y[i, j] = factors[0, i] · x[i, j], or added to it. A row whose factor is 0 adds nothing.
  ///
  /// - Parameters:
  ///   - x, y: (n, dim).
  ///   - factors: (1, n).
  public static func scale(_ x: Matrix<Scalar>, by factors: Matrix<Double>, into y: Matrix<Scalar>, adding: Bool) {
    check(x, y, factors)
    share(x) { row in
      let factor = Scalar(factors.base[row])
      if adding {
        if factor != 0 { add(x.base + row * x.stride, factor, x.columns, into: y.base + row * y.stride) }
      } else {
        set(x.base + row * x.stride, factor, x.columns, into: y.base + row * y.stride)
      }
    }
  }

  private static func check(_ a: Matrix<Scalar>, _ b: Matrix<Scalar>, _ figures: Matrix<Double>) {
    precondition(a.rows == b.rows && a.columns == b.columns, "matrices of different shapes")
    precondition(figures.rows == 1 && figures.columns == a.rows, "another number of figures than rows")
  }

  private static func share(_ x: Matrix<Scalar>, _ body: (Int) -> Void) {
    Workers.parallel(x.rows, minimum: max(1, 16_384 / max(x.columns, 1))) { rows in
      for row in rows { body(row) }
    }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private static func add(
    _ x: UnsafePointer<Scalar>, _ factor: Scalar, _ count: Int, into y: UnsafeMutablePointer<Scalar>
  ) {
    for i in 0..<count { y[i] += factor * x[i] }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private static func set(
    _ x: UnsafePointer<Scalar>, _ factor: Scalar, _ count: Int, into y: UnsafeMutablePointer<Scalar>
  ) {
    for i in 0..<count { y[i] = factor * x[i] }
  }
}
