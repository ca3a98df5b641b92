/// y = (s − mean s) / √(var s + 1e-5) ∘ weight + bias over every row, as `torch.nn.LayerNorm`; the variance is that of
/// the whole row, divided by its length.
///
/// s is x, or residual + dropout(x) in the layers of a transformer. The same structure over other numbers holds the
/// gradients of weight and bias.
public struct LayerNorm<Scalar: Real> {
  /// (1, width).
  public let weight: Matrix<Scalar>
  /// (1, width).
  public let bias: Matrix<Scalar>

  /// Added to the variance, so that a constant row has an inverse deviation.
  public static var epsilon: Scalar { 1e-5 }

  /// Parameters, or their gradients: both (1, width).
  public init(weight: Matrix<Scalar>, bias: Matrix<Scalar>) {
    precondition(
      weight.columns == bias.columns && weight.rows == 1 && bias.rows == 1, "weight and bias of different widths")
    self.weight = weight
    self.bias = bias
  }

  /// What the way back needs of the way forward.
  public struct Record {
    /// (rows, width): (s − mean s) / √(var s + ε).
    public let normalized: Matrix<Scalar>
    /// (rows, 1): 1 / √(var s + ε).
    public let inverseDeviation: Matrix<Scalar>

    /// Of up to `rows` rows.
    public init(_ arena: Arena<Scalar>, rows: Int, width: Int) {
      normalized = arena.matrix(rows: rows, columns: width)
      inverseDeviation = arena.matrix(rows: rows, columns: 1)
    }
  }

  /// - Parameters:
  ///   - x: (n, width).
  ///   - residual: (n, width), added to x after dropout.
  ///   - dropout: of x; nil where nothing is dropped.
  ///   - sum: (n, width), takes s where it is wanted itself, as in pre-norm layers. It may be x or the residual.
  ///   - y: (n, width). It may be x or the residual.
  ///   - record: of n rows or more; nil where there is no way back.
  public func forward(
    _ x: Matrix<Scalar>, addedTo residual: Matrix<Scalar>? = nil, dropout: Dropout? = nil, sum: Matrix<Scalar>? = nil,
    into y: Matrix<Scalar>, record: Record?
  ) {
    let width = weight.columns
    precondition(x.columns == width && y.columns == width && y.rows == x.rows, "rows of another width than the norm's")
    precondition(
      residual.map { $0.rows == x.rows && $0.columns == width } ?? true, "a residual of another shape than x")
    precondition(
      record.map { $0.normalized.rows >= x.rows && $0.normalized.columns == width } ?? true,
      "a record with too few rows")
    Workers.parallel(x.rows, minimum: Self.minimum(width)) { rows in
      Self.forward(self, Call(x: x, residual: residual, dropout: dropout, sum: sum, y: y, record: record), rows)
    }
  }

  /// The arguments of `forward`.
  private struct Call {
    let x: Matrix<Scalar>
    let residual: Matrix<Scalar>?
    let dropout: Dropout?
    let sum: Matrix<Scalar>?
    let y: Matrix<Scalar>
    let record: Record?
  }

  // Static, because only a function whose own type is a parameter is specialized: the loop over rows then needs no look at
  // the kind of number.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private static func forward(
    _ norm: LayerNorm, _ call: Call, _ rows: Range<Int>
  ) {
    let width = norm.weight.columns
    let (x, residual, sum, y, record) = (call.x, call.residual, call.sum, call.y, call.record)
    for row in rows {
      let target = y.base + row * y.stride
      let normalized = record.map { $0.normalized.base + row * width } ?? target
      Residual.add(
        x.base + row * x.stride, residual.map { UnsafePointer($0.base + row * $0.stride) }, call.dropout,
        first: row * width, width, into: normalized)
      if let sum { (sum.base + row * sum.stride).update(from: normalized, count: width) }
      let inverse = normalize(normalized, norm.weight.base, norm.bias.base, target, width)
      record?.inverseDeviation.base[row] = inverse
    }
  }

  /// - Parameters:
  ///   - dy: (n, width).
  ///   - record: what `forward` left.
  ///   - ds: (n, width), the gradient of s, which is also the residual's and without a dropout also x's. It may be dy.
  ///   - addingInput: adds to what ds holds; the sum then goes through `dropped`.
  ///   - dropped: the dropout that x went through, and (n, width), which takes dropout(ds).
  ///   - gradients: of weight and bias, overwritten or, with `adding`, added to.
  public func backward(
    _ dy: Matrix<Scalar>, record: Record, into ds: Matrix<Scalar>, addingInput: Bool = false,
    dropped: (dx: Matrix<Scalar>, dropout: Dropout?)? = nil, gradients: LayerNorm, adding: Bool
  ) {
    let width = weight.columns
    precondition(
      dy.columns == width && ds.columns == width && ds.rows == dy.rows, "rows of another width than the norm's")
    precondition(record.normalized.rows >= dy.rows && record.normalized.columns == width, "a record with too few rows")
    // Before the rows, because ds may be dy.
    gradients.take(dy, record.normalized, adding: adding)
    Workers.parallel(dy.rows, minimum: Self.minimum(width)) { rows in
      for row in rows {
        let target = ds.base + row * ds.stride
        Self.differentiate(
          dy.base + row * dy.stride, weight.base, record.normalized.base + row * width,
          record.inverseDeviation.base[row], target, width, adding: addingInput)
        if let (dx, dropout) = dropped {
          Residual.add(target, nil, dropout, first: row * width, width, into: dx.base + row * dx.stride)
        }
      }
    }
  }

  /// Rows worth a part of their own.
  private static func minimum(_ width: Int) -> Int { max(1, 4096 / max(width, 1)) }

  /// weight = Σ dy ∘ normalized, bias = Σ dy, in the order of rows.
  private func take(_ dy: Matrix<Scalar>, _ normalized: Matrix<Scalar>, adding: Bool) {
    Workers.parallel(weight.columns, minimum: max(16, 8192 / max(dy.rows, 1)), multiple: 16) { range in
      let start = range.lowerBound
      if !adding {
        (weight.base + start).update(repeating: 0, count: range.count)
        (bias.base + start).update(repeating: 0, count: range.count)
      }
      for row in 0..<dy.rows {
        Self.accumulate(
          dy.base + row * dy.stride + start, normalized.base + row * normalized.stride + start,
          into: weight.base + start, bias.base + start, range.count)
      }
    }
  }
}
