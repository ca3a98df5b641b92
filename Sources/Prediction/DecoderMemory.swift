internal import Kernels
internal import Networks

/// What `DecoderPredictor` has computed of chunks, of positions and of nodes.
final class DecoderMemory<Scalar: Real> {
  /// (chunks, width): projected.
  let projected: Matrix<Scalar>
  /// The first block's queries: of the chunks, (chunks, width), and of the positions, with the bias, (context, width).
  let firstQueries: Matrix<Scalar>
  let positionQueries: Matrix<Scalar>
  /// For each block what its cross-attention sees, by chunk: keys and values of chunks and of positions.
  let cross: [PathAttention.Table<Scalar>]
  /// For each block but the last what its self-attention sees: in the first by chunk, then by node.
  let own: [PathAttention.Table<Scalar>]
  /// (nodes, width): what the last block reads.
  let last: Matrix<Scalar>

  private let arena = Arena<Scalar>()
  /// (chunks, 2 · width), for each block: what the tables of chunks hold.
  private let crossChunks: [Matrix<Scalar>]
  private let ownChunks: Matrix<Scalar>
  /// (nodes, 2 · width), for each block between the first and the last.
  private let ownNodes: [Matrix<Scalar>]

  init(_ weights: DecoderWeights<Scalar>, chunks: Int, nodes: Int) {
    let (configuration, arena, positions) = (weights.configuration, arena, weights.positions)
    let (context, width, blocks) = (configuration.context, configuration.width, weights.blocks)
    projected = arena.room(rows: chunks, columns: width)
    firstQueries = arena.room(rows: chunks, columns: width)
    positionQueries = arena.matrix(rows: context, columns: width)
    blocks[0].own.query.forward(positions, into: positionQueries)
    func ofPositions(_ map: Linear<Scalar>) -> Matrix<Scalar> {
      let matrix = arena.matrix(rows: context, columns: 2 * width)
      map.forward(positions, into: matrix)
      return matrix
    }
    let crossChunks = blocks.map { _ in arena.room(rows: chunks, columns: 2 * width) }
    let ownChunks = arena.room(rows: chunks, columns: 2 * width)
    let ownNodes = blocks.dropFirst().dropLast().map { _ in arena.room(rows: nodes, columns: 2 * width) }
    cross = zip(blocks, crossChunks).map { .init($1, positions: ofPositions($0.cross.keyValue)) }
    own =
      blocks.count == 1
      ? [] : [.init(ownChunks, positions: ofPositions(blocks[0].own.keyValue))] + ownNodes.map { .init($0) }
    (self.crossChunks, self.ownChunks, self.ownNodes) = (crossChunks, ownChunks, ownNodes)
    last = arena.room(rows: nodes, columns: width)
  }

  /// Takes in chunks.
  ///
  /// - Parameter rows: (n, dim): chunks `range`.
  func add(chunks rows: Matrix<Scalar>, at range: Range<Int>, _ weights: DecoderWeights<Scalar>) {
    let projected = projected.rows(range)
    weights.input.forward(rows, into: projected)
    for (block, table) in zip(weights.blocks, crossChunks) {
      block.cross.keyValue.forward(projected, into: table.rows(range))
    }
    guard weights.blocks.count > 1 else { return }
    let own = weights.blocks[0].own
    MatrixProduct.ofTransposed(projected, own.query.weight, into: firstQueries.rows(range))
    own.keyValue.forward(projected, into: ownChunks.rows(range))
  }

  /// Takes in what nodes show to those after them in a block after the first.
  ///
  /// - Parameter x: (n, width): the block's input of nodes `range`.
  func add(
    nodes x: Matrix<Scalar>, at range: Range<Int>, block index: Int, _ weights: DecoderWeights<Scalar>
  ) {
    weights.blocks[index].own.keyValue.forward(x, into: ownNodes[index - 1].rows(range))
  }
}
