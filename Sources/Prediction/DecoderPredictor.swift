internal import Kernels
internal import Networks

/// Predictions of `transformer`, where each thing is computed once: what follows from a chunk alone (its projection, the
/// first block's queries, keys and values, the keys and values of every cross-attention) once a chunk, wherever it
/// stands; what follows from a beginning of a context once a beginning; and the last block at the last position alone.
///
/// Windows of neighbouring targets share chunks. Steps of a rollout and damaged contexts share beginnings.
final class DecoderPredictor<Scalar: Real>: Predictor {
  let contexts: Matrix<Scalar>
  let output: Matrix<Scalar>

  private let head: DecoderHead
  private let parameters: Parameters<Scalar>
  private let weights: DecoderWeights<Scalar>
  private let tree: PrefixTree<Scalar>
  private let memory: DecoderMemory<Scalar>
  private let rows: DecoderRows<Scalar>
  private let arena = Arena<Scalar>()
  /// (leaves, dim).
  private let outputs: Matrix<Scalar>
  /// What has been computed of the tree.
  private var done = (chunks: 0, nodes: 0, leaves: 0)

  /// Rows that go through a block together: enough for products to be fast, and few enough to stay in the cache.
  private static var rowsAtOnce: Int { 640 }
  /// Calls of `predict` that there is room for at the most.
  private static var calls: Int { 16 }

  /// Longer contexts attend faster by products, as a workspace does it.
  static func pays(for configuration: Configuration) -> Bool { configuration.context < Attention.longContext }

  /// - Parameters:
  ///   - parameters: they must not change.
  ///   - capacity: the most windows of a call.
  ///   - calls: of `predict` between two of `forget`.
  init(
    _ stack: TransformerStack, _ head: DecoderHead, _ parameters: Parameters<Scalar>, options: ForwardOptions,
    capacity n: Int, calls: Int
  ) {
    (self.head, self.parameters) = (head, parameters)
    weights = DecoderWeights(stack, parameters, options)
    let (configuration, calls) = (stack.configuration, min(max(calls, 1), Self.calls))
    let context = configuration.context
    // A further call of windows that have most in common with those before brings one new chunk each.
    let room = (chunks: (context + calls - 1) * n, nodes: context * n * calls, leaves: n * calls)
    tree = PrefixTree(
      context: context, dim: configuration.dim, chunks: room.chunks, nodes: room.nodes, leaves: room.leaves)
    rows = DecoderRows(
      stack, capacity: min(Self.rowsAtOnce, context * n), leaves: min(Self.rowsAtOnce, n), head: head,
      lastSlotBias: Scalar(options.lastSlotBias))
    memory = DecoderMemory(weights, chunks: room.chunks, nodes: room.nodes)
    contexts = arena.matrix(rows: context * n, columns: configuration.dim)
    output = arena.matrix(rows: n, columns: configuration.dim)
    outputs = arena.room(rows: room.leaves, columns: configuration.dim)
  }

  func predict(windows n: Int) {
    let contexts = contexts.first(weights.configuration.context * n)
    for (window, leaf) in leaves(contexts, windows: n).enumerated() {
      output.rows(window..<window + 1).copy(from: outputs.rows(leaf..<leaf + 1))
    }
  }

  /// The windows' leaves, computed.
  private func leaves(_ contexts: Matrix<Scalar>, windows n: Int) -> [Int] {
    guard let leaves = tree.add(contexts, windows: n) else {
      forget()
      guard let leaves = tree.add(contexts, windows: n) else {
        preconditionFailure("one call's windows exceed the tree's capacity")
      }
      compute()
      return leaves
    }
    compute()
    return leaves
  }

  func forget() {
    tree.removeAll()
    done = (0, 0, 0)
  }

  private func compute() {
    let (maximum, leaves) = (rows.capacity, rows.leafCapacity)
    each(from: done.chunks, to: tree.chunks.count, maximum) {
      memory.add(chunks: tree.chunks.rows.rows($0), at: $0, weights)
    }
    each(from: done.nodes, to: tree.nodes.count, maximum) { rows.computeNodes($0, tree, memory, weights) }
    each(from: done.leaves, to: tree.leaves.count, leaves) {
      let last = rows.computeLeaves($0, tree, memory, weights)
      head.forward(last, parameters, into: outputs.rows($0), rows.head)
    }
    done = (tree.chunks.count, tree.nodes.count, tree.leaves.count)
  }

  /// Parts of about the same size, of `maximum` at the most.
  private func each(from start: Int, to end: Int, _ maximum: Int, _ body: (Range<Int>) -> Void) {
    guard start < end else { return }
    let parts = (end - start + maximum - 1) / maximum
    let share = (end - start + parts - 1) / parts
    for first in stride(from: start, to: end, by: share) { body(first..<min(first + share, end)) }
  }
}
