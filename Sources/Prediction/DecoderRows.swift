internal import Kernels
internal import Networks

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
  private let below: Matrix<Scalar>
  private let attentionWeights: Matrix<Scalar>
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
    below = arena.room(rows: context * leaves, columns: width)
    attentionWeights = arena.matrix(rows: n, columns: context)
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
    let (n, last, start) = (nodes.count, weights.blocks.count - 1, nodes.lowerBound)
    let (q, x) = (q.first(n), x.first(n))
    let seen = Seen(tree.nodeChunks, nodes, order: tree.nodes.byBeginning(nodes))
    (last == 0 ? memory.last.rows(nodes) : x)
      .setToLast(of: tree.nodeChunks, from: start, memory.projected, plus: weights.positions)
    for (index, block) in weights.blocks.dropLast().enumerated() {
      if index == 0 {
        q.setToLast(of: tree.nodeChunks, from: start, memory.firstQueries, plus: memory.positionQueries)
      } else {
        block.own.query.forward(x.rows(seen.asking), into: q.rows(seen.asking))
        memory.add(nodes: x, at: nodes, block: index, weights)
      }
      let own = index == 0 ? seen : Seen(tree.nodes, nodes, order: seen.rows.order)
      run(
        block, x, own: { attend(memory.own[index], own, n) }, cross: memory.cross[index], seen,
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
    let below = below.first(context * n)
    below.setToAll(of: tree.leaves, from: leaves.lowerBound, count: n, memory.last)
    let x = below.rows((context - 1) * n..<context * n)
    block.own.query.forward(x, into: q.first(n))
    let ownInput = LastAttention.Input(q: q.first(n), memory: below)
    run(
      block, x,
      own: {
        lastAttention.forward(
          ownInput, block.last, into: mixed.first(n), lastSlotBias: lastSlotBias, dropout: nil, lastState)
      }, cross: memory.cross[index], Seen(tree.leafChunks, leaves, order: Array(leaves)), into: output)
    return output
  }

  /// Which places of a table the rows at hand see, and in which order to compute them.
  private struct Seen {
    let rows: PathAttention.Rows
    /// The rows whose queries play a part: not those of roots, which see a single place. In a new tree they come
    /// first.
    let asking: Range<Int>

    init(_ paths: Paths, _ range: Range<Int>, order: [Int]) {
      rows = PathAttention.Rows(paths, from: range.lowerBound, order: order)
      asking = (range.first { paths.length($0) > 1 } ?? range.upperBound) - range.lowerBound..<range.count
    }
  }

  /// From `q` to `mixed`.
  private func attend(_ table: PathAttention.Table<Scalar>, _ seen: Seen, _ n: Int) {
    attention.forward(
      q: q.first(n), table, seen.rows, lastSlotBias: lastSlotBias, weights: attentionWeights, into: mixed.first(n))
  }

  /// A block's sequence over some rows, in which this supplies how they attend.
  ///
  /// - Parameters:
  ///   - own: leaves in `mixed` what the block's self-attention mixes.
  ///   - output: (n, width). It may be x.
  private func run(
    _ block: DecoderWeights<Scalar>.Block, _ x: Matrix<Scalar>, own: () -> Void,
    cross: PathAttention.Table<Scalar>, _ seen: Seen, into output: Matrix<Scalar>
  ) {
    let n = x.rows
    let (mixed, projected) = (mixed.first(n), sublayer.first(n))
    let normed = [afterOwn.first(n), afterCross.first(n), output]
    _ = block.layer.forwardPostNorm(x) { sublayer, x in
      switch sublayer {
      case .attention:
        own()
        block.own.output.forward(mixed, into: projected)
      case .crossAttention:
        block.cross.query.forward(x.rows(seen.asking), into: q.rows(seen.asking))
        attend(cross, seen, n)
        block.cross.output.forward(mixed, into: projected)
      case .feedForward:
        return FeedForwardLayer.forward(x, block.widening, block.narrowing, dropout: nil, feedForward)
      }
      return projected
    } norm: { number, output, x in
      block.norms[number].forward(output, addedTo: x, into: normed[number], record: nil)
      return normed[number]
    }
  }
}
