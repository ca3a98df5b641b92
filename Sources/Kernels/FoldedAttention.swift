/// Multi-head attention over a memory that many rows share, with the maps of queries and of the output folded into it.
///
/// Of a head, the logit of x for a memory row m is (W_q x + b_q)·(W_k m) = x·(W_qᵀ W_k m) + b_q·W_k m, and what m adds to
/// the layer's output is α W_o W_v m. Where a memory row is seen by many x, the two maps of x are spared: each memory row
/// gets a folded key and a folded value of `width` entries a head. (A key's bias moves all logits of x alike and plays no
/// part; a value's bias adds W_o b_v to every output.)
///
/// A memory row is a chunk's plus its position's. Everything but the softmax is linear, so that chunks and positions are
/// folded apart, and a chunk serves wherever it stands. Columns h·width to (h + 1)·width of keys and values are head h's.
public struct FoldedAttention: Hashable, Sendable {
  public let heads: Int
  public let width: Int
  /// Positions.
  public let context: Int

  public init(heads: Int, width: Int, context: Int) {
    precondition(heads >= 1 && width % heads == 0 && context >= 1, "heads that divide the width")
    (self.heads, self.width, self.context) = (heads, width, context)
  }

  private var size: Int { width / heads }
  private func narrow(_ head: Int) -> Range<Int> { head * size..<(head + 1) * size }
  private func wide(_ head: Int) -> Range<Int> { head * width..<(head + 1) * width }

  /// The maps of `torch.nn.MultiheadAttention`. Biases of key and value are left out; the output's has W_o b_v in it.
  public struct Maps<Scalar: Real> {
    public let query: Linear<Scalar>
    public let key: Matrix<Scalar>
    public let value: Matrix<Scalar>
    public let output: Linear<Scalar>

    public init(query: Linear<Scalar>, key: Matrix<Scalar>, value: Matrix<Scalar>, output: Linear<Scalar>) {
      (self.query, self.key, self.value, self.output) = (query, key, value, output)
    }
  }

  /// Chunks and positions, folded.
  public final class Memory<Scalar: Real> {
    /// (chunks, heads · width) and the biases, (chunks, heads).
    let keys: Matrix<Scalar>
    let keyBiases: Matrix<Scalar>
    let values: Matrix<Scalar>
    /// (heads · context, width), of which row h · context + t is head h's at position t, and the biases.
    let positionKeys: Matrix<Scalar>
    let positionBiases: Matrix<Scalar>
    let positionValues: Matrix<Scalar>
    /// (1, width): what every output holds, whatever x sees.
    let bias: Matrix<Scalar>

    public init(_ attention: FoldedAttention, chunks: Int, in arena: Arena<Scalar>) {
      let (heads, width, places) = (attention.heads, attention.width, attention.heads * attention.context)
      keys = arena.room(rows: chunks, columns: heads * width)
      keyBiases = arena.room(rows: chunks, columns: heads)
      values = arena.room(rows: chunks, columns: heads * width)
      positionKeys = arena.matrix(rows: places, columns: width)
      positionBiases = arena.matrix(rows: 1, columns: places)
      positionValues = arena.matrix(rows: places, columns: width)
      bias = arena.matrix(rows: 1, columns: width)
    }
  }

  /// Folds the positions' part of the memory.
  ///
  /// - Parameter rows: (context, width).
  public func foldPositions<Scalar: Real>(
    _ rows: Matrix<Scalar>, _ maps: Maps<Scalar>, into memory: Memory<Scalar>
  ) {
    precondition(rows.rows == context && rows.columns == width, "a row for every position")
    let arena = Arena<Scalar>()
    let mapped = arena.matrix(rows: context, columns: width)
    let biases = arena.matrix(rows: context, columns: 1)
    Product.ofTransposed(rows, maps.key, into: mapped)
    for head in 0..<heads {
      let places = head * context..<(head + 1) * context
      foldKey(mapped, head, maps, into: memory.positionKeys.rows(places), biases)
      for position in 0..<context { memory.positionBiases[0, places.lowerBound + position] = biases[position, 0] }
    }
    Product.ofTransposed(rows, maps.value, into: mapped)
    for head in 0..<heads {
      foldValue(mapped, head, maps, into: memory.positionValues.rows(head * context..<(head + 1) * context))
    }
    if let bias = maps.output.bias { memory.bias.copy(from: bias) }
  }

  /// Folds some chunks.
  ///
  /// - Parameters:
  ///   - rows: (n, width): chunks `first` to first + n.
  ///   - scratch: (n or more, width).
  public func fold<Scalar: Real>(
    _ rows: Matrix<Scalar>, at first: Int, _ maps: Maps<Scalar>, into memory: Memory<Scalar>, scratch: Matrix<Scalar>
  ) {
    let mapped = scratch.first(rows.rows)
    let chunks = first..<first + rows.rows
    Product.ofTransposed(rows, maps.key, into: mapped)
    for head in 0..<heads {
      foldKey(
        mapped, head, maps, into: memory.keys.rows(chunks).columns(wide(head)),
        memory.keyBiases.rows(chunks).columns(head..<head + 1))
    }
    Product.ofTransposed(rows, maps.value, into: mapped)
    for head in 0..<heads { foldValue(mapped, head, maps, into: memory.values.rows(chunks).columns(wide(head))) }
  }

  /// A head's keys times W_q and b_q, over √size.
  private func foldKey<Scalar: Real>(
    _ keys: Matrix<Scalar>, _ head: Int, _ maps: Maps<Scalar>, into folded: Matrix<Scalar>, _ biases: Matrix<Scalar>
  ) {
    let scale = 1 / Scalar(size).squareRoot()
    let keys = keys.columns(narrow(head))
    Product.of(keys, maps.query.weight.rows(narrow(head)), into: folded, scale: scale)
    if let bias = maps.query.bias {
      Product.ofTransposed(keys, bias.columns(narrow(head)), into: biases, scale: scale)
    } else {
      biases.fill(0)
    }
  }

  private func foldValue<Scalar: Real>(
    _ values: Matrix<Scalar>, _ head: Int, _ maps: Maps<Scalar>, into folded: Matrix<Scalar>
  ) {
    Product.ofTransposed(values.columns(narrow(head)), maps.output.weight.columns(narrow(head)), into: folded)
  }

  /// The layer's output.
  ///
  /// - Parameters:
  ///   - x: (n, width), not projected.
  ///   - paths: of which row i of x sees that of row first + i: chunks, at positions 0, 1, …
  ///   - order: rows first to first + n, in the order in which to compute them.
  ///   - lastSlotBias: taken off the logits of the last position.
  ///   - weights: scratch, (n or more, heads · context).
  ///   - output: (n, width).
  public func forward<Scalar: Real>(
    _ x: Matrix<Scalar>, _ memory: Memory<Scalar>, _ paths: Paths, from first: Int, order: [Int],
    lastSlotBias: Scalar, weights: Matrix<Scalar>, into output: Matrix<Scalar>
  ) {
    precondition(first >= 0 && first + x.rows <= paths.count && paths.context == context, "paths that exist")
    precondition(order.count == x.rows, "a path for every row")
    precondition(x.columns == width && output.columns == width && output.rows == x.rows, "rows of the width")
    precondition(weights.columns == heads * context, "a weight for every place")
    let weights = weights.first(x.rows)
    Product.ofTransposed(x, memory.positionKeys, into: weights, bias: memory.positionBiases)
    Workers.parallel(x.rows, least: 16) { range in
      weigh(x, memory, paths, first, order[range], lastSlotBias, into: weights)
    }
    Product.of(weights, memory.positionValues, into: output)
    Workers.parallel(x.rows, least: 16) { range in mix(weights, memory, paths, first, order[range], into: output) }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private func weigh<Scalar: Real>(
    _ x: Matrix<Scalar>, _ memory: Memory<Scalar>, _ paths: Paths, _ first: Int, _ order: ArraySlice<Int>,
    _ lastSlotBias: Scalar, into weights: Matrix<Scalar>
  ) {
    for place in order {
      let row = place - first
      weigh(
        x.base + row * x.stride, memory, paths.path(place), paths.length(place), lastSlotBias,
        into: weights.base + row * weights.stride)
    }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private func mix<Scalar: Real>(
    _ weights: Matrix<Scalar>, _ memory: Memory<Scalar>, _ paths: Paths, _ first: Int, _ order: ArraySlice<Int>,
    into output: Matrix<Scalar>
  ) {
    for place in order {
      let row = place - first
      mix(
        weights.base + row * weights.stride, memory, paths.path(place), paths.length(place),
        into: output.base + row * output.stride)
    }
  }

  /// Adds the chunks' part to the logits, and makes weights of them.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private func weigh<Scalar: Real>(
    _ x: UnsafePointer<Scalar>, _ memory: Memory<Scalar>, _ path: UnsafePointer<Int32>, _ length: Int,
    _ lastSlotBias: Scalar, into weights: UnsafeMutablePointer<Scalar>
  ) {
    if length == 1 {
      // Whatever the logit is, the only weight is 1.
      for place in 0..<heads * context { weights[place] = place % context == 0 ? 1 : 0 }
      return
    }
    for position in 0..<length {
      let chunk = Int(path[position])
      Scalar.addProducts(
        of: x, memory.keys.base + chunk * memory.keys.stride, width, rows: heads, to: weights + position, step: context)
      let biases = memory.keyBiases.base + chunk * memory.keyBiases.stride
      for head in 0..<heads { weights[head * context + position] += biases[head] }
    }
    for head in 0..<heads {
      let run = weights + head * context
      if length == context { run[context - 1] -= lastSlotBias }
      Softmax.forward(run, run, length)
      for position in length..<context { run[position] = 0 }
    }
  }

  /// Adds the chunks' part to the output, and the bias.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private func mix<Scalar: Real>(
    _ weights: UnsafePointer<Scalar>, _ memory: Memory<Scalar>, _ path: UnsafePointer<Int32>, _ length: Int,
    into output: UnsafeMutablePointer<Scalar>
  ) {
    Lanes.add(1, memory.bias.base, to: output, width)
    for position in 0..<length {
      let values = memory.values.base + Int(path[position]) * memory.values.stride
      Scalar.addSum(of: values, width, rows: heads, times: weights + position, step: context, to: output)
    }
  }
}
