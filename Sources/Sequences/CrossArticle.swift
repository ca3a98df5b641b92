public import Vectors

/// Puts a chunk of another article in place of the last context chunk of every window. The chunks drawn become rows of
/// the window's frame, so that they come in no order.
public struct CrossArticle {
  private let draw: OtherArticleSampler
  private let seed: UInt64
  private let context: Int
  private var otherRows: VectorStore
  /// The place among `otherRows` of each row drawn for the frame.
  private var places: [Int: Int] = [:]
  private var drawn: [UInt32] = []
  private var indices: [UInt32] = []
  /// How many rows at the end of the last frame were at the end of its block, too.
  private var tail = 0

  /// - Parameter draw: of all chunks of the stream, finished.
  public init(_ draw: OtherArticleSampler, dim: Int, roles: Roles, seed: UInt64) {
    self.draw = draw
    self.seed = seed
    context = roles.context
    otherRows = VectorStore(dim: dim)
  }

  /// Calls `body` with the frame that becomes of a block: its repeated rows, the rows drawn, its new rows. The weights
  /// of the windows stay what they are.
  ///
  /// - Parameter vector: fills in the vector of a row, counted from 0 over all rows of the stream.
  public mutating func apply(
    to block: VectorBlock, vector: (Int, UnsafeMutableRawBufferPointer) throws -> Void,
    _ body: (SequenceBuilder.Frame) throws -> Void
  ) throws {
    try drawStrangers(block, vector)
    fillIndices(block)
    // Where a block repeats more than the new rows of the one before, rows drawn lie in between: then it repeats none.
    let repeated = block.repeated <= tail ? block.repeated : 0
    try otherRows.withBlock { otherRows in
      try indices.withUnsafeBufferPointer { indices in
        try body(
          SequenceBuilder.Frame(
            runs: [block.rows(0..<block.repeated), otherRows, block.rows(block.repeated..<block.rows)],
            repeated: repeated, indices: indices))
      }
    }
    if block.rows > block.repeated || block.windows > 0 { tail = block.rows - block.repeated }
  }

  private mutating func drawStrangers(
    _ block: VectorBlock, _ vector: (Int, UnsafeMutableRawBufferPointer) throws -> Void
  ) throws {
    otherRows.removeAll()
    places.removeAll(keepingCapacity: true)
    drawn.removeAll(keepingCapacity: true)
    var entries = [Float](repeating: 0, count: block.dim)
    for window in 0..<block.windows {
      let (key, row) = draw.draw(for: block.key(block.row(window, context)), seed: seed)
      if places[row] == nil {
        try entries.withUnsafeMutableBytes { try vector(row, $0) }
        places[row] = otherRows.rows
        otherRows.append(key, entries)
      }
      drawn.append(UInt32(places[row, default: 0]))
    }
  }

  private mutating func fillIndices(_ block: VectorBlock) {
    let (head, shift) = (UInt32(block.repeated), UInt32(otherRows.rows))
    indices.removeAll(keepingCapacity: true)
    for index in block.indices { indices.append(index < head ? index : index + shift) }
    for window in 0..<block.windows { indices[window * block.slots + context - 1] = head + drawn[window] }
  }
}
