/// y = residual + dropout(x), where a layer's output rejoins its input.
public enum Residual<Scalar: Real> {
  /// - Parameters:
  ///   - x: (n, width); entries are counted through the rows for dropout, as in `Dropout.apply`.
  ///   - residual: (n, width).
  ///   - y: (n, width). It may be x or the residual.
  public static func add(
    _ x: Matrix<Scalar>, to residual: Matrix<Scalar>, dropout: Dropout? = nil, into y: Matrix<Scalar>
  ) {
    precondition(x.rows == y.rows && x.columns == y.columns, "matrices of different shapes")
    precondition(x.rows == residual.rows && x.columns == residual.columns, "matrices of different shapes")
    Workers.parallel(x.rows, minimum: max(1, 8192 / max(x.columns, 1))) { rows in
      for row in rows {
        add(
          x.base + row * x.stride, residual.base + row * residual.stride, dropout, first: row * x.columns, x.columns,
          into: y.base + row * y.stride)
      }
    }
  }

  /// One row; nothing is added where there is no residual.
  static func add(
    _ x: UnsafePointer<Scalar>, _ residual: UnsafePointer<Scalar>?, _ dropout: Dropout?, first: Int, _ count: Int,
    into y: UnsafeMutablePointer<Scalar>
  ) {
    switch (residual, dropout) {
    case (nil, nil): if y != x { y.update(from: x, count: count) }
    case (nil, let dropout?): dropped(x, dropout, first: first, count, into: y)
    case (let residual?, nil): sum(x, residual, count, into: y)
    case (let residual?, let dropout?): sum(dropout, x, first: first, residual, count, into: y)
    }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private static func dropped(
    _ x: UnsafePointer<Scalar>, _ dropout: Dropout, first: Int, _ count: Int, into y: UnsafeMutablePointer<Scalar>
  ) {
    Lanes<Scalar>.each(count) { index, left in
      Lanes.store(Lanes.load(x + index, left) * dropout.factors(first + index), y + index, left)
    }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private static func sum(
    _ x: UnsafePointer<Scalar>, _ residual: UnsafePointer<Scalar>, _ count: Int, into y: UnsafeMutablePointer<Scalar>
  ) {
    Lanes<Scalar>.each(count) { index, left in
      Lanes.store(Lanes.load(residual + index, left) + Lanes.load(x + index, left), y + index, left)
    }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private static func sum(
    _ dropout: Dropout, _ x: UnsafePointer<Scalar>, first: Int, _ residual: UnsafePointer<Scalar>, _ count: Int,
    into y: UnsafeMutablePointer<Scalar>
  ) {
    Lanes<Scalar>.each(count) { index, left in
      let kept = Lanes.load(x + index, left) * dropout.factors(first + index)
      Lanes.store(Lanes.load(residual + index, left) + kept, y + index, left)
    }
  }
}
