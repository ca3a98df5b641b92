internal import Kernels

/// Some rows' way through the blocks of `DecoderPredictor`, and the buffers on it.
final class DecoderRows<Scalar: Real> {
  /// The most nodes and the most leaves at once.
  let capacity: Int
  let leafCapacity: Int
  let head: DecoderHead.State<Scalar>

  private let arena = Arena<Scalar>()
  /// (capacity, width): a block's input, queries, what attention mixes, a sublayer's output, and after each norm.
  private let x: Matrix<Scalar>
  private let q: Matrix<Scalar>
  private let mixed: Matrix<Scalar>
  private let sublayer: Matrix<Scalar>
  private let afterOwn: Matrix<Scalar>
  private let afterCross: Matrix<Scalar>
  /// (context · leafCapacity, width): what the leaves' last block sees.
  private let seen: Matrix<Scalar>
  private let ownWeights: Matrix<Scalar>
  private let crossWeights: Matrix<Scalar>
  private let feedForward: FeedForwardLayer.State<Scalar>
  private let lastAttention: LastAttention
  private let lastState: LastAttention.State<Scalar>
  private let attention: PathAttention
  private let lastSlotBias: Scalar

  /// - Parameters:
  ///   - capacity: the most nodes at once.
  ///   - leaves: the most leaves at once.
  init(_ stack: TransformerStack, capacity n: Int, leaves: Int, head: DecoderHead, lastSlotBias: Scalar) {
    self.lastSlotBias = lastSlotBias
    capacity = n
    leafCapacity = leaves
    let (configuration, arena) = (stack.configuration, arena)
    let (context, width) = (configuration.context, configuration.width)
    func rows() -> Matrix<Scalar> { arena.matrix(rows: n, columns: width) }
    (x, q, mixed, sublayer, afterOwn, afterCross) = (rows(), rows(), rows(), rows(), rows(), rows())
    seen = arena.room(rows: context * leaves, columns: width)
    ownWeights = arena.matrix(rows: n, columns: context)
    crossWeights = arena.matrix(rows: n, columns: configuration.heads * context)
    feedForward = FeedForwardLayer.State(stack.blocks[0].feedForward, rows: n, in: arena)
    lastAttention = LastAttention(heads: configuration.heads, context: context, width: width)
    lastState = LastAttention.State(lastAttention, capacity: leaves, drops: false, in: arena)
    attention = PathAttention(heads: configuration.heads)
    self.head = DecoderHead.State(head, capacity: leaves, training: false, in: arena)
  }

  /// Takes nodes through all blocks but the last, which finds what it needs in `memory`.
  func computeNodes(
    _ nodes: Range<Int>, _ tree: PrefixTree<Scalar>, _ memory: DecoderMemory<Scalar>, _ weights: DecoderWeights<Scalar>
  ) {
    let (n, width, last) = (nodes.count, weights.configuration.width, weights.blocks.count - 1)
    let (q, x, start) = (q.first(n), x.first(n), nodes.lowerBound)
    (last == 0 ? memory.last.rows(nodes) : x)
      .setToLast(of: tree.nodeChunks, from: start, memory.projected, plus: weights.positions)
    // Roots see themselves alone, so that their queries play no part; in a tree that has just begun they come first.
    let asking = (nodes.first { tree.nodes.length($0) > 1 } ?? nodes.upperBound) - start..<n
    let order = tree.nodes.byBeginning(nodes)
    for (index, block) in weights.blocks.dropLast().enumerated() {
      let table = memory.keysValues[index]
      if index == 0 {
        q.setToLast(of: tree.nodeChunks, from: start, memory.firstQueries, plus: memory.positionQueries)
        table.rows(nodes)
          .setToLast(of: tree.nodeChunks, from: start, memory.firstKeysValues, plus: memory.positionKeysValues)
      } else {
        block.query.forward(x.rows(asking), into: q.rows(asking))
        block.keyValue.forward(x, into: table.rows(nodes))
      }
      attention.forward(
        q: q, keys: table.columns(0..<width), values: table.columns(width..<2 * width), tree.nodes, from: start,
        order: order, lastSlotBias: lastSlotBias, weights: ownWeights, into: mixed.first(n))
      finish(
        block, x, memory.folded, memory.cross[index], tree.nodeChunks, from: start, order,
        into: index == last - 1 ? memory.last.rows(nodes) : x)
    }
  }

  /// The last block at the last position.
  ///
  /// - Returns: (leaves, width).
  func computeLeaves(
    _ leaves: Range<Int>, _ tree: PrefixTree<Scalar>, _ memory: DecoderMemory<Scalar>,
    _ weights: DecoderWeights<Scalar>
  ) -> Matrix<Scalar> {
    let (n, context, index) = (leaves.count, weights.configuration.context, weights.blocks.count - 1)
    let (block, output) = (weights.blocks[index], x.first(n))
    let seen = seen.first(context * n)
    seen.setToAll(of: tree.leaves, from: leaves.lowerBound, count: n, memory.last)
    let x = seen.rows((context - 1) * n..<context * n)
    block.query.forward(x, into: q.first(n))
    lastAttention.forward(
      q: q.first(n), memory: seen, block.maps, into: mixed.first(n), windows: n, lastSlotBias: lastSlotBias,
      dropout: nil, lastState)
    finish(
      block, x, memory.folded, memory.cross[index], tree.leafChunks, from: leaves.lowerBound, Array(leaves),
      into: output)
    return output
  }

  /// From what a block's self-attention has mixed to the block's output, which may take the place of x.
  private func finish(
    _ block: DecoderWeights<Scalar>.Block, _ x: Matrix<Scalar>, _ folded: FoldedAttention,
    _ cross: FoldedAttention.Memory<Scalar>, _ chunks: Paths, from start: Int, _ order: [Int],
    into output: Matrix<Scalar>
  ) {
    let n = x.rows
    let (sublayer, afterOwn, afterCross) = (sublayer.first(n), afterOwn.first(n), afterCross.first(n))
    block.output.forward(mixed.first(n), into: sublayer)
    block.norms[0].forward(sublayer, addedTo: x, into: afterOwn, record: nil)
    folded.forward(
      afterOwn, cross, chunks, from: start, order: order, lastSlotBias: lastSlotBias, weights: crossWeights,
      into: sublayer)
    block.norms[1].forward(sublayer, addedTo: afterOwn, into: afterCross, record: nil)
    let wide = FeedForwardLayer.forward(afterCross, block.widening, block.narrowing, feedForward)
    block.norms[2].forward(wide, addedTo: afterCross, into: output, record: nil)
  }
}
