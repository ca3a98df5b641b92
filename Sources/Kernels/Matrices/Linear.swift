/// y = x · Wᵀ + b, as `torch.nn.Linear`: x is (n, in), W (out, in), b (1, out), y (n, out).
///
/// The same structure over other numbers holds the gradients of its parameters.
public struct Linear<Scalar: Real> {
  /// (out, in).
  public let weight: Matrix<Scalar>
  /// (1, out); nil where the map has none.
  public let bias: Matrix<Scalar>?

  /// - Parameters:
  ///   - weight: (out, in).
  ///   - bias: (1, out), or none.
  public init(weight: Matrix<Scalar>, bias: Matrix<Scalar>?) {
    precondition(bias == nil || bias?.columns == weight.rows, "a bias of another length than the outputs")
    self.weight = weight
    self.bias = bias
  }

  /// Computes y, or adds it to what y holds.
  ///
  /// - Parameters:
  ///   - x: (n, in).
  ///   - y: (n, out).
  public func forward(_ x: Matrix<Scalar>, into y: Matrix<Scalar>, adding: Bool = false) {
    MatrixProduct.ofTransposed(x, weight, into: y, bias: bias, adding: adding)
  }

  /// - Parameters:
  ///   - dy: (n, out).
  ///   - x: as in `forward`.
  ///   - dx: (n, in), overwritten or, with `addingInput`, added to; nil where nobody asks for it.
  ///   - gradients: overwritten, or added to with `adding`.
  public func backward(
    _ dy: Matrix<Scalar>, _ x: Matrix<Scalar>, into dx: Matrix<Scalar>?, addingInput: Bool = false,
    gradients: Linear, adding: Bool
  ) {
    if let dx { MatrixProduct.of(dy, weight, into: dx, adding: addingInput) }
    MatrixProduct.transposed(dy, x, into: gradients.weight, adding: adding)
    if let bias = gradients.bias { Columns.sum(dy, into: bias, adding: adding) }
  }
}

/// Sums down the columns.
public enum Columns<Scalar: Real> {
  /// sums[j] = Σᵢ x[i, j], in the order of i: the same bits on any number of threads.
  public static func sum(_ x: Matrix<Scalar>, into sums: Matrix<Scalar>, adding: Bool) {
    precondition(sums.columns == x.columns && sums.rows == 1, "sums of another length than the columns")
    Workers.parallel(x.columns, minimum: max(1, 16_384 / max(x.rows, 1)), multiple: 16) { range in
      let total = sums.base + range.lowerBound
      if !adding { total.update(repeating: 0, count: range.count) }
      for row in 0..<x.rows { accumulate(x.base + row * x.stride + range.lowerBound, range.count, into: total) }
    }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  static func accumulate(_ x: UnsafePointer<Scalar>, _ count: Int, into total: UnsafeMutablePointer<Scalar>) {
    for column in 0..<count { total[column] += x[column] }
  }
}
