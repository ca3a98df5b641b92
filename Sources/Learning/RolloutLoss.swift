public import Kernels

/// The term of P4 for one step of a rollout: the mean squared error of the unit prediction u(p) against the true chunk.
/// A recipe takes the mean over steps; the training pass carries the gradient from step to step.
public final class RolloutLoss<Scalar: Real> {
  private let arena = Arena<Double>()
  private let lengths, squares, products: Matrix<Double>

  /// - Parameter capacity: windows of the largest batch.
  public init(capacity: Int) {
    lengths = arena.matrix(rows: 1, columns: capacity)
    squares = arena.matrix(rows: 1, columns: capacity)
    products = arena.matrix(rows: 1, columns: capacity)
  }

  /// ‖u(p) − t‖² / dim, its mean over windows, and its gradient by p, 2((u·t) u − t) / (‖p‖ · windows · dim): the part of
  /// u − t across u. An output shorter than 1e-8 has no direction, and gets no gradient.
  ///
  /// - Parameters:
  ///   - output: (n, dim): the raw output p.
  ///   - truth: (n, dim): t.
  ///   - weight: what the gradient is multiplied with.
  ///   - gradient: (n, dim), overwritten or, with `adding`, added to; nil if it is not needed.
  /// - Returns: the value, without the weight.
  @discardableResult
  public func evaluate(
    _ output: Matrix<Scalar>, _ truth: Matrix<Scalar>, weight: Double = 1, into gradient: Matrix<Scalar>? = nil,
    adding: Bool = false
  ) -> Double {
    let windows = output.rows
    precondition(windows <= lengths.columns, "a batch that fits")
    guard windows > 0, output.columns > 0 else { return 0 }
    let (lengths, squares) = (lengths.columns(0..<windows), squares.columns(0..<windows))
    let products = products.columns(0..<windows)
    Rows.products(output, output, into: lengths)
    Rows.products(truth, truth, into: squares)
    Rows.products(output, truth, into: products)
    let slope = 2 * weight / Double(windows * output.columns)
    var sum = 0.0
    for window in 0..<windows {
      let length = lengths[0, window].squareRoot()
      let divisor = max(length, Losses<Scalar>.epsilon)
      let (unit, product) = (length / divisor, products[0, window] / divisor)
      sum += unit * unit - 2 * product + squares[0, window]
      let inverse = length >= Losses<Scalar>.epsilon ? 1 / length : 0
      lengths[0, window] = slope * product * inverse * inverse
      squares[0, window] = -slope * inverse
    }
    if let gradient {
      Rows.scale(output, by: lengths, into: gradient, adding: adding)
      Rows.scale(truth, by: squares, into: gradient, adding: true)
    }
    return sum / Double(windows * output.columns)
  }
}
