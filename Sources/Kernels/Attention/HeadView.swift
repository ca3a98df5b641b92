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

  /// The head's entries at all positions of a matrix, as a factor of a product.
  @inline(__always)
  private func factor<Scalar: Real>(_ matrix: Matrix<Scalar>, isTransposed: Bool = false) -> ProductOperand<Scalar> {
    ProductOperand(at(matrix, 0, from: 0), stride: n * matrix.stride, isTransposed: isTransposed)
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
        ProductShape(rows: attention.queries, columns: context, inner: size), scale: scale, factor(q),
        factor(k, isTransposed: true), keep: 0, into: logits + skipped * context, stride: context)
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
      let asked = dLogits + skipped * context
      Scalar.multiply(
        ProductShape(rows: attention.queries, columns: size, inner: context), scale: scale,
        ProductOperand(asked, stride: context), factor(k), keep: 0, into: at(dq, 0, from: 0), stride: n * dq.stride)
      Scalar.multiply(
        ProductShape(rows: context, columns: size, inner: attention.queries), scale: scale,
        ProductOperand(asked, stride: context, isTransposed: true), factor(q), keep: 0, into: at(dk, 0, from: 0),
        stride: n * dk.stride)
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
        ProductShape(rows: attention.outputs, columns: size, inner: context), scale: 1,
        ProductOperand(kept, stride: context), factor(v), keep: 0, into: at(output, 0, from: 0),
        stride: n * output.stride)
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
        ProductShape(rows: attention.outputs, columns: context, inner: size), scale: 1, factor(dOutput),
        factor(v, isTransposed: true), keep: 0, into: dKept, stride: context)
      Scalar.multiply(
        ProductShape(rows: context, columns: size, inner: attention.outputs), scale: 1,
        ProductOperand(kept, stride: context, isTransposed: true), factor(dOutput), keep: 0,
        into: at(dv, 0, from: 0), stride: n * dv.stride)
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
