internal import Kernels

/// The beginnings of contexts as a tree, in which contexts that begin with the same chunks share their nodes.
///
/// Under a causal mask what a network computes at a position follows from the chunks up to there: once a node. Chunks are
/// the same where their bits are, wherever they come from.
final class PrefixTree<Scalar: Real> {
  let chunks: DistinctRows<Scalar>
  /// For each node the nodes on the way to it, itself last; and their chunks.
  let nodes: Paths
  let nodeChunks: Paths
  /// The same of each leaf: a node whose context is whole.
  let leaves: Paths
  let leafChunks: Paths

  private let context: Int
  /// A node by its parent and its chunk.
  private var children: [Step: Int] = [:]
  /// For each node that is one the number of its leaf.
  private var leafNumbers: [Int: Int] = [:]
  /// For each window of the call the node that it has come to.
  private var current: [Int?] = []

  /// - Parameters:
  ///   - chunks: room for so many different ones.
  ///   - nodes: room for so many.
  ///   - leaves: room for so many.
  init(context: Int, dim: Int, chunks: Int, nodes: Int, leaves: Int) {
    self.context = context
    self.chunks = DistinctRows(capacity: chunks, columns: dim)
    self.nodes = Paths(context: context, capacity: nodes)
    nodeChunks = Paths(context: context, capacity: nodes)
    self.leaves = Paths(context: context, capacity: leaves)
    leafChunks = Paths(context: context, capacity: leaves)
  }

  /// Adds what is new of n windows' contexts.
  ///
  /// - Parameter contexts: (context · n, dim), position-major.
  /// - Returns: each window's leaf; nil where there is not room for all of it.
  func add(_ contexts: Matrix<Scalar>, windows n: Int) -> [Int]? {
    current.removeAll(keepingCapacity: true)
    current.append(contentsOf: repeatElement(nil, count: n))
    for slot in 0..<context {
      for window in 0..<n {
        guard let chunk = chunks.number(of: slot * n + window, in: contexts) else { return nil }
        guard let node = node(Step(parent: current[window], chunk: chunk)) else { return nil }
        current[window] = node
      }
    }
    var result: [Int] = []
    for case let node? in current {
      guard let leaf = leaf(node) else { return nil }
      result.append(leaf)
    }
    return result
  }

  private func node(_ step: Step) -> Int? {
    if let known = children[step] { return known }
    guard nodes.count < nodes.capacity else { return nil }
    let node = nodes.count
    nodes.append(node, after: step.parent, in: nodes)
    nodeChunks.append(step.chunk, after: step.parent, in: nodeChunks)
    children[step] = node
    return node
  }

  private func leaf(_ node: Int) -> Int? {
    if let known = leafNumbers[node] { return known }
    guard leaves.count < leaves.capacity else { return nil }
    leafNumbers[node] = leaves.count
    leaves.append(node, of: nodes)
    leafChunks.append(node, of: nodeChunks)
    return leaves.count - 1
  }

  func removeAll() {
    chunks.removeAll()
    for paths in [nodes, nodeChunks, leaves, leafChunks] { paths.removeAll() }
    children.removeAll(keepingCapacity: true)
    leafNumbers.removeAll(keepingCapacity: true)
  }
}

/// From a node, or from none, on to a chunk. It stands by itself, not in the generic class, so that dictionaries of it
/// are compiled for it.
private struct Step: Hashable {
  let parent: Int?
  let chunk: Int
}
