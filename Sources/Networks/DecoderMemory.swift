internal import Kernels

/// What `DecoderPredictor` has computed of chunks, of positions and of nodes.
final class DecoderMemory<Scalar: Real> {
  /// (chunks, width): projected.
  let projected: Matrix<Scalar>
  /// The first block's queries, and its keys and values side by side: of the chunks, (chunks, width) and (chunks,
  /// 2 · width), and of the positions, with the queries' bias, (context, width) and (context, 2 · width).
  let firstQueries: Matrix<Scalar>
  let firstKeysValues: Matrix<Scalar>
  let positionQueries: Matrix<Scalar>
  let positionKeysValues: Matrix<Scalar>
  /// For each block its cross-attention's memory, and how it is folded.
  let cross: [FoldedAttention.Memory<Scalar>]
  let folded: FoldedAttention
  /// For each block but the last (nodes, 2 · width): its keys and values, without their biases.
  let keysValues: [Matrix<Scalar>]
  /// (nodes, width): what the last block reads.
  let last: Matrix<Scalar>

  private let arena = Arena<Scalar>()
  private let scratch: Matrix<Scalar>

  init(_ weights: DecoderWeights<Scalar>, chunks: Int, nodes: Int, rowsAtOnce: Int) {
    let (configuration, arena) = (weights.configuration, arena)
    let (context, width) = (configuration.context, configuration.width)
    let folded = FoldedAttention(heads: configuration.heads, width: width, context: context)
    self.folded = folded
    projected = arena.room(rows: chunks, columns: width)
    firstQueries = arena.room(rows: chunks, columns: width)
    firstKeysValues = arena.room(rows: chunks, columns: 2 * width)
    positionQueries = arena.matrix(rows: context, columns: width)
    positionKeysValues = arena.matrix(rows: context, columns: 2 * width)
    cross = weights.blocks.map { _ in FoldedAttention.Memory(folded, chunks: chunks, in: arena) }
    keysValues = weights.blocks.dropLast().map { _ in arena.room(rows: nodes, columns: 2 * width) }
    last = arena.room(rows: nodes, columns: width)
    scratch = arena.matrix(rows: rowsAtOnce, columns: width)
    weights.blocks[0].query.forward(weights.positions, into: positionQueries)
    weights.blocks[0].keyValue.forward(weights.positions, into: positionKeysValues)
    for (block, memory) in zip(weights.blocks, cross) {
      folded.foldPositions(weights.positions, block.cross, into: memory)
    }
  }

  /// Takes in chunks.
  ///
  /// - Parameter rows: (n, dim): chunks `range`.
  func add(_ rows: Matrix<Scalar>, at range: Range<Int>, _ weights: DecoderWeights<Scalar>) {
    let projected = projected.rows(range)
    weights.input.forward(rows, into: projected)
    if weights.blocks.count > 1 {
      let query = weights.blocks[0].query
      Product.ofTransposed(projected, query.weight, into: firstQueries.rows(range))
      weights.blocks[0].keyValue.forward(projected, into: firstKeysValues.rows(range))
    }
    for (block, memory) in zip(weights.blocks, cross) {
      folded.fold(projected, at: range.lowerBound, block.cross, into: memory, scratch: scratch)
    }
  }
}
