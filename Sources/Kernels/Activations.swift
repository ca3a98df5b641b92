/// y = max(x, 0), with dropout after it where there is one.
public enum ReLU<Scalar: Real> {
  /// Entries are counted through the rows for dropout, as in `Dropout.apply`.
  ///
  /// - Parameter y: as x; it may be x.
  public static func forward(_ x: Matrix<Scalar>, into y: Matrix<Scalar>, dropout: Dropout? = nil) {
    precondition(x.rows == y.rows && x.columns == y.columns, "matrices of one shape")
    Workers.parallel(x.rows, least: max(1, 4096 / max(x.columns, 1))) { rows in
      for row in rows {
        let target = y.base + row * y.stride
        rectify(x.base + row * x.stride, target, x.columns)
        if dropout != nil { Residual.add(target, nil, dropout, first: row * x.columns, x.columns, into: target) }
      }
    }
  }

  /// dx = dy where y is above 0, through the same dropout: an output above 0 was not dropped.
  ///
  /// - Parameters:
  ///   - y: what `forward` gave.
  ///   - dx: as dy; it may be dy.
  public static func backward(
    _ dy: Matrix<Scalar>, _ y: Matrix<Scalar>, into dx: Matrix<Scalar>, dropout: Dropout? = nil
  ) {
    precondition(dy.rows == y.rows && dy.columns == y.columns, "matrices of one shape")
    precondition(dy.rows == dx.rows && dy.columns == dx.columns, "matrices of one shape")
    let scale = Scalar(dropout?.scale ?? 1)
    Workers.parallel(dy.rows, least: max(1, 8192 / max(dy.columns, 1))) { rows in
      for row in rows {
        rectify(
          dy.base + row * dy.stride, y.base + row * y.stride, scale: scale, dx.base + row * dx.stride, dy.columns)
      }
    }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private static func rectify(
    _ x: UnsafePointer<Scalar>, _ y: UnsafeMutablePointer<Scalar>, _ count: Int
  ) {
    Lanes<Scalar>.each(count) { place, left in
      let value = Lanes.load(x + place, left)
      Lanes.store(value.replacing(with: 0, where: value .< 0), y + place, left)
    }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private static func rectify(
    _ dy: UnsafePointer<Scalar>, _ y: UnsafePointer<Scalar>, scale: Scalar, _ dx: UnsafeMutablePointer<Scalar>,
    _ count: Int
  ) {
    Lanes<Scalar>.each(count) { place, left in
      let slope = SIMD8<Scalar>(repeating: 0).replacing(with: scale, where: Lanes.load(y + place, left) .> 0)
      Lanes.store(Lanes.load(dy + place, left) * slope, dx + place, left)
    }
  }
}

/// y = x · Φ(x), with the error function itself and not an approximation by tanh, and dropout after it where there is
/// one.
public enum GELU<Scalar: Real> {
  /// Entries are counted through the rows for dropout, as in `Dropout.apply`.
  ///
  /// - Parameter y: as x; it may be x where nobody asks for the way back.
  public static func forward(_ x: Matrix<Scalar>, into y: Matrix<Scalar>, dropout: Dropout? = nil) {
    precondition(x.rows == y.rows && x.columns == y.columns, "matrices of one shape")
    Workers.parallel(x.rows, least: max(1, 4096 / max(x.columns, 1))) { rows in
      for row in rows {
        let target = y.base + row * y.stride
        weigh(x.base + row * x.stride, target, x.columns)
        if dropout != nil { Residual.add(target, nil, dropout, first: row * x.columns, x.columns, into: target) }
      }
    }
  }

  /// dx = dy · (Φ(x) + x·φ(x)), through the same dropout.
  ///
  /// - Parameters:
  ///   - x: what `forward` was given.
  ///   - dx: as dy; it may be dy.
  public static func backward(
    _ dy: Matrix<Scalar>, _ x: Matrix<Scalar>, into dx: Matrix<Scalar>, dropout: Dropout? = nil
  ) {
    precondition(dy.rows == x.rows && dy.columns == x.columns, "matrices of one shape")
    precondition(dy.rows == dx.rows && dy.columns == dx.columns, "matrices of one shape")
    Workers.parallel(dy.rows, least: max(1, 4096 / max(dy.columns, 1))) { rows in
      for row in rows {
        let target = dx.base + row * dx.stride
        Residual.add(dy.base + row * dy.stride, nil, dropout, first: row * dy.columns, dy.columns, into: target)
        weigh(target, x.base + row * x.stride, target, dy.columns)
      }
    }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private static func weigh(
    _ x: UnsafePointer<Scalar>, _ y: UnsafeMutablePointer<Scalar>, _ count: Int
  ) {
    Lanes<Scalar>.each(count) { place, left in
      let value = Lanes.load(x + place, left)
      Lanes.store(value * Scalar.normal(value).cumulative, y + place, left)
    }
  }

  /// d(x·Φ(x)) = Φ(x) + x·φ(x).
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private static func weigh(
    _ dy: UnsafePointer<Scalar>, _ x: UnsafePointer<Scalar>, _ dx: UnsafeMutablePointer<Scalar>, _ count: Int
  ) {
    Lanes<Scalar>.each(count) { place, left in
      let value = Lanes.load(x + place, left)
      let (cumulative, density) = Scalar.normal(value)
      Lanes.store(Lanes.load(dy + place, left) * (cumulative + value * density), dx + place, left)
    }
  }
}
