/// Multi-head scaled dot-product attention (Vaswani et al., "Attention is all you need", 2017), between the projections
/// in and out, as inside `torch.nn.MultiheadAttention`.
///
/// Rows are position-major: position t of window b among n is row t·n + b. Keys and values stand for all positions of the
/// context; outputs may be asked for the last positions alone, from `firstOutput` on. Under a causal mask position 0
/// sees itself alone, so that its query plays no part: queries begin at `firstQuery`.
public struct Attention: Hashable, Sendable {
  public let heads: Int
  /// Positions of keys and values.
  public let context: Int
  /// The first position whose output is computed.
  public let firstOutput: Int
  /// Whether a position sees only itself and those before.
  public let isCausal: Bool

  public init(heads: Int, context: Int, firstOutput: Int = 0, isCausal: Bool) {
    precondition(heads >= 1 && (0..<context).contains(firstOutput), "positions of a context")
    self.heads = heads
    self.context = context
    self.firstOutput = firstOutput
    self.isCausal = isCausal
  }

  /// Positions from which on calls of OpenBLAS are faster than loops.
  public static let longContext = 24

  /// Positions whose output is computed.
  public var outputs: Int { context - firstOutput }
  /// The first position whose query counts.
  public var firstQuery: Int { isCausal ? max(firstOutput, 1) : firstOutput }
  /// Positions whose query counts.
  public var queries: Int { context - firstQuery }

  /// What `backward` needs of `forward`, for batches of up to a capacity.
  public final class State<Scalar: Real> {
    /// (windows · heads, outputs · context): the attention weights, 0 where masked.
    let weights: Matrix<Scalar>
    /// The same after dropout; where nothing is dropped they are `weights`.
    let kept: Matrix<Scalar>

    public init(_ attention: Attention, capacity: Int, drops: Bool, in arena: Arena<Scalar>) {
      let (rows, columns) = (capacity * attention.heads, attention.outputs * attention.context)
      weights = arena.matrix(rows: rows, columns: columns)
      kept = drops ? arena.matrix(rows: rows, columns: columns) : weights
    }

    /// One head's weights, as they are and after a dropout: without one they are the same.
    @inline(__always)
    func runs(
      of view: HeadView, _ dropout: Dropout?
    ) -> (weights: UnsafeMutablePointer<Scalar>, kept: UnsafeMutablePointer<Scalar>) {
      let index = view.row * weights.stride
      return (weights.base + index, (dropout == nil ? weights : kept).base + index)
    }
  }

  /// - Parameters:
  ///   - q: (queries · n, width).
  ///   - k, v: (context · n, width).
  ///   - output: (outputs · n, width).
  ///   - lastSlotBias: taken off the logits of the last position's key.
  public func forward<Scalar: Real>(
    q: Matrix<Scalar>, k: Matrix<Scalar>, v: Matrix<Scalar>, into output: Matrix<Scalar>, windows n: Int,
    lastSlotBias: Scalar = 0, dropout: Dropout?, _ state: State<Scalar>
  ) {
    Workers.parallel(n) { windows in
      for window in windows {
        for head in 0..<heads {
          let view = HeadView(self, window, head, n, v.columns)
          let (weights, kept) = state.runs(of: view, dropout)
          view.logits(q, k, bias: lastSlotBias, into: weights)
          HeadView.normalize(self, weights)
          if let dropout { view.drop(weights, dropout, into: kept) }
          view.mix(kept, v, into: output)
        }
      }
    }
  }

  /// - Parameters:
  ///   - dOutput: (outputs · n, width).
  ///   - dq, dk, dv: overwritten; shapes as of q, k and v.
  ///   - scratch: (capacity · heads, outputs · context).
  public func backward<Scalar: Real>(
    _ dOutput: Matrix<Scalar>, q: Matrix<Scalar>, k: Matrix<Scalar>, v: Matrix<Scalar>, dq: Matrix<Scalar>,
    dk: Matrix<Scalar>, dv: Matrix<Scalar>, windows n: Int, dropout: Dropout?, _ state: State<Scalar>,
    scratch: Matrix<Scalar>
  ) {
    Workers.parallel(n) { windows in
      for window in windows {
        for head in 0..<heads {
          let view = HeadView(self, window, head, n, v.columns)
          let (weights, kept) = state.runs(of: view, dropout)
          let dWeights = scratch.base + view.row * scratch.stride
          view.mixBackward(dOutput, kept, v, dWeights, dv)
          if let dropout { view.drop(dWeights, dropout, into: dWeights) }
          HeadView.normalizeBackward(self, weights, dWeights)
          view.logitsBackward(dWeights, q, k, dq, dk)
        }
      }
    }
  }
}

/// One head of one window: where its rows are. Short contexts are computed in loops.
struct HeadView {
  let attention: Attention
  let window: Int
  let n: Int
  /// Entries of one head.
  let size: Int
  /// The first column of the head.
  let column: Int
  /// The row of the attention weights.
  let row: Int

  init(_ attention: Attention, _ window: Int, _ head: Int, _ n: Int, _ width: Int) {
    self.attention = attention
    self.window = window
    self.n = n
    size = width / attention.heads
    column = head * size
    row = window * attention.heads + head
  }

  private var isLong: Bool { attention.context >= Attention.longContext }

  /// The head's entries at a position, in a matrix whose rows begin at position `first`.
  @inline(__always)
  private func at<Scalar: Real>(_ matrix: Matrix<Scalar>, _ position: Int, from first: Int)
    -> UnsafeMutablePointer<Scalar>
  {
    matrix.base + ((position - first) * n + window) * matrix.stride + column
  }

  /// Keys that a position sees.
  @inline(__always)
  private func seen(_ position: Int) -> Int { attention.isCausal ? position + 1 : attention.context }

  // MARK: Logits: q·k / √size

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  func logits<Scalar: Real>(
    _ q: Matrix<Scalar>, _ k: Matrix<Scalar>, bias: Scalar, into logits: UnsafeMutablePointer<Scalar>
  ) {
    let (context, first) = (attention.context, attention.firstOutput)
    let scale = 1 / Scalar(size).squareRoot()
    let skipped = attention.firstQuery - first
    for i in 0..<skipped * context { logits[i] = 0 }
    if isLong {
      Scalar.multiply(
        rows: attention.queries, columns: context, inner: size, scale: scale, at(q, 0, from: 0), n * q.stride,
        aTransposed: false, at(k, 0, from: 0), n * k.stride, bTransposed: true, keep: 0, logits + skipped * context,
        context)
    } else {
      for position in attention.firstQuery..<context {
        let query = at(q, position, from: attention.firstQuery)
        let row = logits + (position - first) * context
        for key in 0..<seen(position) { row[key] = scale * Lanes.dot(query, at(k, key, from: 0), size) }
      }
    }
    if bias != 0 { for position in first..<context { logits[(position - first) * context + context - 1] -= bias } }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  func logitsBackward<Scalar: Real>(
    _ dLogits: UnsafePointer<Scalar>, _ q: Matrix<Scalar>, _ k: Matrix<Scalar>, _ dq: Matrix<Scalar>,
    _ dk: Matrix<Scalar>
  ) {
    let (context, first) = (attention.context, attention.firstOutput)
    let scale = 1 / Scalar(size).squareRoot()
    let skipped = attention.firstQuery - first
    if isLong {
      Scalar.multiply(
        rows: attention.queries, columns: size, inner: context, scale: scale, dLogits + skipped * context, context,
        aTransposed: false, at(k, 0, from: 0), n * k.stride, bTransposed: false, keep: 0, at(dq, 0, from: 0),
        n * dq.stride)
      Scalar.multiply(
        rows: context, columns: size, inner: attention.queries, scale: scale, dLogits + skipped * context, context,
        aTransposed: true, at(q, 0, from: 0), n * q.stride, bTransposed: false, keep: 0, at(dk, 0, from: 0),
        n * dk.stride)
      return
    }
    for key in 0..<context { at(dk, key, from: 0).update(repeating: 0, count: size) }
    for position in attention.firstQuery..<context {
      let query = at(q, position, from: attention.firstQuery)
      let dQuery = at(dq, position, from: attention.firstQuery)
      dQuery.update(repeating: 0, count: size)
      let row = dLogits + (position - first) * context
      for key in 0..<seen(position) {
        Lanes.add(scale * row[key], at(k, key, from: 0), to: dQuery, size)
        Lanes.add(scale * row[key], query, to: at(dk, key, from: 0), size)
      }
    }
  }

  // MARK: Weights: the softmax of the logits that a position sees

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  static func normalize<Scalar: Real>(_ attention: Attention, _ weights: UnsafeMutablePointer<Scalar>) {
    let context = attention.context
    for position in attention.firstOutput..<context {
      let row = weights + (position - attention.firstOutput) * context
      let seen = attention.isCausal ? position + 1 : context
      var largest = row[0]
      for key in 1..<max(seen, 1) { largest = max(largest, row[key]) }
      var sum: Scalar = 0
      for key in 0..<seen {
        row[key] = Scalar.exponential(row[key] - largest)
        sum += row[key]
      }
      for key in 0..<seen { row[key] /= sum }
      for key in seen..<context { row[key] = 0 }
    }
  }

  /// dWeights becomes dLogits.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  static func normalizeBackward<Scalar: Real>(
    _ attention: Attention, _ weights: UnsafePointer<Scalar>, _ dWeights: UnsafeMutablePointer<Scalar>
  ) {
    let context = attention.context
    for index in 0..<attention.outputs {
      let (row, dRow) = (weights + index * context, dWeights + index * context)
      var mean: Scalar = 0
      for key in 0..<context { mean += row[key] * dRow[key] }
      for key in 0..<context { dRow[key] = row[key] * (dRow[key] - mean) }
    }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  func drop<Scalar: Real>(
    _ weights: UnsafePointer<Scalar>, _ dropout: Dropout, into kept: UnsafeMutablePointer<Scalar>
  ) {
    let count = attention.outputs * attention.context
    let scale = Scalar(dropout.scale)
    for i in 0..<count { kept[i] = dropout.keeps(row * count + i) ? weights[i] * scale : 0 }
  }

  // MARK: Mixing: each position's values, weighted

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  func mix<Scalar: Real>(_ kept: UnsafePointer<Scalar>, _ v: Matrix<Scalar>, into output: Matrix<Scalar>) {
    let (context, first) = (attention.context, attention.firstOutput)
    if isLong {
      Scalar.multiply(
        rows: attention.outputs, columns: size, inner: context, scale: 1, kept, context, aTransposed: false,
        at(v, 0, from: 0), n * v.stride, bTransposed: false, keep: 0, at(output, 0, from: 0), n * output.stride)
      return
    }
    for position in first..<context {
      let mixed = at(output, position, from: first)
      mixed.update(repeating: 0, count: size)
      let row = kept + (position - first) * context
      for key in 0..<seen(position) { Lanes.add(row[key], at(v, key, from: 0), to: mixed, size) }
    }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  func mixBackward<Scalar: Real>(
    _ dOutput: Matrix<Scalar>, _ kept: UnsafePointer<Scalar>, _ v: Matrix<Scalar>,
    _ dKept: UnsafeMutablePointer<Scalar>, _ dv: Matrix<Scalar>
  ) {
    let (context, first) = (attention.context, attention.firstOutput)
    if isLong {
      Scalar.multiply(
        rows: attention.outputs, columns: context, inner: size, scale: 1, at(dOutput, 0, from: 0), n * dOutput.stride,
        aTransposed: false, at(v, 0, from: 0), n * v.stride, bTransposed: true, keep: 0, dKept, context)
      Scalar.multiply(
        rows: context, columns: size, inner: attention.outputs, scale: 1, kept, context, aTransposed: true,
        at(dOutput, 0, from: 0), n * dOutput.stride, bTransposed: false, keep: 0, at(dv, 0, from: 0), n * dv.stride)
      return
    }
    for key in 0..<context { at(dv, key, from: 0).update(repeating: 0, count: size) }
    for position in first..<context {
      let dMixed = at(dOutput, position, from: first)
      let (row, dRow) = (kept + (position - first) * context, dKept + (position - first) * context)
      for key in 0..<context { dRow[key] = 0 }
      for key in 0..<seen(position) {
        dRow[key] = Lanes.dot(dMixed, at(v, key, from: 0), size)
        Lanes.add(row[key], dMixed, to: at(dv, key, from: 0), size)
      }
    }
  }
}
