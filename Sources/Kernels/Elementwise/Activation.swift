/// A function of every entry, with dropout after it where there is one.
public enum Activation: Hashable, Sendable {
  /// max(x, 0).
  case relu
  /// x · Φ(x), with the error function itself and not an approximation by tanh.
  case gelu

  /// y = dropout(f(x)). For `relu`, y may be x; the way back of `gelu` needs x as it was.
  ///
  /// Entries are counted through the rows for dropout, as in `Dropout.apply`.
  public func forward<Scalar: Real>(_ x: Matrix<Scalar>, into y: Matrix<Scalar>, dropout: Dropout? = nil) {
    precondition(x.rows == y.rows && x.columns == y.columns, "matrices of different shapes")
    let minimum = max(1, 4096 / max(x.columns, 1))
    Workers.parallel(x.rows, minimum: minimum) { rows in
      for row in rows {
        let (source, target) = (x.base + row * x.stride, y.base + row * y.stride)
        switch self {
        case .relu: Self.rectify(source, target, x.columns)
        case .gelu: Self.gaussian(source, target, x.columns)
        }
        if dropout != nil { Residual.add(target, nil, dropout, first: row * x.columns, x.columns, into: target) }
      }
    }
  }

  /// dx = dy ∘ f′(x), through the same dropout.
  ///
  /// - Parameters:
  ///   - dy: (n, width).
  ///   - state: (n, width): for `relu` the output y of `forward`, for `gelu` the input x.
  ///   - dx: (n, width). It may be dy.
  public func backward<Scalar: Real>(
    _ dy: Matrix<Scalar>, _ state: Matrix<Scalar>, into dx: Matrix<Scalar>, dropout: Dropout? = nil
  ) {
    precondition(dy.rows == state.rows && dy.columns == state.columns, "matrices of different shapes")
    precondition(dy.rows == dx.rows && dy.columns == dx.columns, "matrices of different shapes")
    let width = dy.columns
    Workers.parallel(dy.rows, minimum: max(1, 4096 / max(width, 1))) { rows in
      for row in rows {
        let (source, target) = (dy.base + row * dy.stride, dx.base + row * dx.stride)
        let kept = state.base + row * state.stride
        switch self {
        case .relu:
          // An output above 0 was not dropped.
          Self.rectify(source, kept, scale: Scalar(dropout?.scale ?? 1), target, width)
        case .gelu:
          Residual.add(source, nil, dropout, first: row * width, width, into: target)
          Self.gaussian(target, kept, target, width)
        }
      }
    }
  }
}

// One row's work.
extension Activation {
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  static func rectify<Scalar: Real>(
    _ x: UnsafePointer<Scalar>, _ y: UnsafeMutablePointer<Scalar>, _ count: Int
  ) {
    Lanes<Scalar>.each(count) { index, left in
      let value = Lanes.load(x + index, left)
      Lanes.store(Scalar.passed(value, where: value), y + index, left)
    }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  static func rectify<Scalar: Real>(
    _ dy: UnsafePointer<Scalar>, _ y: UnsafePointer<Scalar>, scale: Scalar, _ dx: UnsafeMutablePointer<Scalar>,
    _ count: Int
  ) {
    Lanes<Scalar>.each(count) { index, left in
      let value = Lanes.load(dy + index, left) * scale
      Lanes.store(Scalar.passed(value, where: Lanes.load(y + index, left)), dx + index, left)
    }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private static func gaussian<Scalar: Real>(
    _ x: UnsafePointer<Scalar>, _ y: UnsafeMutablePointer<Scalar>, _ count: Int
  ) {
    Lanes<Scalar>.each(count) { index, left in
      let value = Lanes.load(x + index, left)
      Lanes.store(value * Scalar.normal(value).cumulative, y + index, left)
    }
  }

  /// d(x·Φ(x)) = Φ(x) + x·φ(x).
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private static func gaussian<Scalar: Real>(
    _ dy: UnsafePointer<Scalar>, _ x: UnsafePointer<Scalar>, _ dx: UnsafeMutablePointer<Scalar>, _ count: Int
  ) {
    Lanes<Scalar>.each(count) { index, left in
      let value = Lanes.load(x + index, left)
      let (cumulative, density) = Scalar.normal(value)
      Lanes.store(Lanes.load(dy + index, left) * (cumulative + value * density), dx + index, left)
    }
  }
}
