/// y = dropout(ReLU(x · Wᵀ + b)): the widening half of a transformer's feed-forward, whose activations are too many to
/// be read and written once more for each of the three.
public enum RectifiedLinear<Scalar: Real> {
  /// - Parameters:
  ///   - x: (n, in).
  ///   - y: (n, out).
  public static func forward(
    _ x: Matrix<Scalar>, _ linear: Linear<Scalar>, into y: Matrix<Scalar>, dropout: Dropout?
  ) {
    Product.ofTransposed(x, linear.weight, into: y, bias: linear.bias) { rows, columns in
      for row in rows {
        let entries = y.base + row * y.stride + columns.lowerBound
        rectify(entries, columns.count)
        if let dropout { dropout.drop(entries, columns.count, first: row * y.columns + columns.lowerBound) }
      }
    }
  }

  /// dz = the gradient before ReLU and dropout, from dNext · next's weight: an entry's gradient passes where y is above 0,
  /// which neither ReLU nor dropout zeroed.
  ///
  /// - Parameters:
  ///   - dNext: (n, nextOut), the gradient of `next`'s output.
  ///   - next: the linear map that reads y.
  ///   - dz: (n, out), overwritten.
  public static func backward(
    _ dNext: Matrix<Scalar>, _ next: Linear<Scalar>, _ y: Matrix<Scalar>, into dz: Matrix<Scalar>, dropout: Dropout?
  ) {
    let scale = Scalar(dropout?.scale ?? 1)
    Product.of(dNext, next.weight, into: dz) { rows, columns in
      for row in rows {
        pass(
          dz.base + row * dz.stride + columns.lowerBound, where: y.base + row * y.stride + columns.lowerBound,
          scale: scale, columns.count)
      }
    }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private static func rectify(_ x: UnsafeMutablePointer<Scalar>, _ count: Int) {
    var i = 0
    while i + 8 <= count {
      let value = Loops.load(x + i)
      Loops.store(value.replacing(with: 0, where: value .< 0), to: x + i)
      i += 8
    }
    while i < count {
      x[i] = max(x[i], 0)
      i += 1
    }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private static func pass(
    _ dz: UnsafeMutablePointer<Scalar>, where y: UnsafePointer<Scalar>, scale: Scalar, _ count: Int
  ) {
    var i = 0
    while i + 8 <= count {
      let value = scale * Loops.load(dz + i)
      Loops.store(value.replacing(with: 0, where: Loops.load(y + i) .<= 0), to: dz + i)
      i += 8
    }
    while i < count {
      dz[i] = y[i] > 0 ? scale * dz[i] : 0
      i += 1
    }
  }
}
