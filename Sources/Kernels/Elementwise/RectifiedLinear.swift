/// y = dropout(ReLU(x · Wᵀ + b)): the widening half of a transformer's feed-forward, whose activations are too many to
/// be read and written once more for each of the three.
public enum RectifiedLinear<Scalar: Real> {
  /// - Parameters:
  ///   - x: (n, in).
  ///   - y: (n, out).
  public static func forward(
    _ x: Matrix<Scalar>, _ linear: Linear<Scalar>, into y: Matrix<Scalar>, dropout: Dropout?
  ) {
    MatrixProduct.ofTransposed(x, linear.weight, into: y, bias: linear.bias) { rows, columns in
      for row in rows {
        let entries = y.base + row * y.stride + columns.lowerBound
        Activation.rectify(entries, entries, columns.count)
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
    MatrixProduct.of(dNext, next.weight, into: dz) { rows, columns in
      for row in rows {
        let entries = dz.base + row * dz.stride + columns.lowerBound
        Activation.rectify(
          entries, y.base + row * y.stride + columns.lowerBound, scale: scale, entries, columns.count)
      }
    }
  }
}
