/// Rows of vectors with their keys, and windows over them: what a frame of a stream carries, in memory.
///
/// A block is a view: it points into buffers that its maker owns (a stream reader's frame, a `VectorStore`), and is
/// good until that maker moves on. Whoever makes a block guarantees that every entry of `indices` is below `rows`.
public struct VectorBlock {
  /// Entries of one vector.
  public let dim: Int
  /// The number of rows.
  public let rows: Int
  /// The bytes of the vectors, (rows, dim) float32, row-major. Where they point into a file someone else laid out,
  /// they may lie at any address: good for passing on, and for `VectorStore` to copy.
  public let bytes: UnsafeRawBufferPointer
  /// (rows).
  public let articles: UnsafeBufferPointer<UInt64>
  /// (rows).
  public let chunks: UnsafeBufferPointer<UInt32>
  /// (rows).
  public let steps: UnsafeBufferPointer<UInt32>
  /// (rows): the CRC-32 of each row's bytes, where the maker has computed it.
  public var checksums: UnsafeBufferPointer<UInt32>?
  /// Where the bytes of the vectors are in an open file, so that they can be passed on without a copy.
  public var origin: FileOrigin?
  /// How many rows at the head repeat the last rows of the block before, because windows need them.
  public var repeated: Int
  /// Indices per window.
  public var slots: Int
  /// (windows, slots): for each window, the rows that play its roles.
  public var indices: UnsafeBufferPointer<UInt32>
  /// (windows); absent where every weight is 1.
  public var weights: UnsafeBufferPointer<Float>?

  /// Creates a block of vectors at an address that floats may have; checks that the parts have the same number of rows.
  public init(
    dim: Int, vectors: UnsafeBufferPointer<Float>, articles: UnsafeBufferPointer<UInt64>,
    chunks: UnsafeBufferPointer<UInt32>, steps: UnsafeBufferPointer<UInt32>,
    checksums: UnsafeBufferPointer<UInt32>? = nil, repeated: Int = 0, slots: Int = 0,
    indices: UnsafeBufferPointer<UInt32> = UnsafeBufferPointer(start: nil, count: 0),
    weights: UnsafeBufferPointer<Float>? = nil
  ) {
    self.init(
      dim: dim, bytes: UnsafeRawBufferPointer(vectors), articles: articles, chunks: chunks, steps: steps,
      checksums: checksums, repeated: repeated, slots: slots, indices: indices, weights: weights)
  }

  /// A block whose vectors may lie at any address.
  public init(
    dim: Int, bytes: UnsafeRawBufferPointer, articles: UnsafeBufferPointer<UInt64>,
    chunks: UnsafeBufferPointer<UInt32>, steps: UnsafeBufferPointer<UInt32>,
    checksums: UnsafeBufferPointer<UInt32>? = nil, repeated: Int = 0, slots: Int = 0,
    indices: UnsafeBufferPointer<UInt32> = UnsafeBufferPointer(start: nil, count: 0),
    weights: UnsafeBufferPointer<Float>? = nil
  ) {
    precondition(bytes.count == 4 * articles.count * dim, "a matrix of rows × dim")
    precondition(chunks.count == articles.count && steps.count == articles.count, "a key per row")
    precondition(repeated <= articles.count, "repeated rows are rows")
    self.dim = dim
    self.rows = articles.count
    self.bytes = bytes
    self.articles = articles
    self.chunks = chunks
    self.steps = steps
    self.checksums = checksums
    self.repeated = repeated
    self.slots = slots
    self.indices = indices
    self.weights = weights
  }

  /// (rows, dim), row-major; for blocks whose vectors lie at addresses that floats may have.
  @inlinable
  public var vectors: UnsafeBufferPointer<Float> {
    precondition(Int(bitPattern: bytes.baseAddress) & 3 == 0, "vectors at an address for floats")
    return bytes.assumingMemoryBound(to: Float.self)
  }

  /// The number of windows.
  public var windows: Int { slots == 0 ? 0 : indices.count / slots }

  /// The key of a row.
  @inlinable
  public func key(_ row: Int) -> Key {
    Key(article: articles[row], chunk: chunks[row], step: steps[row])
  }

  /// The vector of a row, (dim).
  @inlinable
  public func vector(_ row: Int) -> UnsafeBufferPointer<Float> {
    UnsafeBufferPointer(rebasing: vectors[row * dim..<(row + 1) * dim])
  }

  /// The row that plays slot `slot` of window `window`.
  @inlinable
  public func row(_ window: Int, _ slot: Int) -> Int {
    Int(indices[window * slots + slot])
  }

  /// The weight of a window; 1 if the block has no weights.
  @inlinable
  public func weight(_ window: Int) -> Float {
    weights?[window] ?? 1
  }

  /// The rows of `range` alone, without windows.
  public func rows(_ range: Range<Int>) -> VectorBlock {
    VectorBlock(
      dim: dim,
      bytes: UnsafeRawBufferPointer(rebasing: bytes[4 * range.lowerBound * dim..<4 * range.upperBound * dim]),
      articles: UnsafeBufferPointer(rebasing: articles[range]),
      chunks: UnsafeBufferPointer(rebasing: chunks[range]),
      steps: UnsafeBufferPointer(rebasing: steps[range]),
      checksums: checksums.map { UnsafeBufferPointer(rebasing: $0[range]) }
    ).with(origin?.advanced(by: 4 * range.lowerBound * dim))
  }

  private func with(_ origin: FileOrigin?) -> VectorBlock {
    var block = self
    block.origin = origin
    return block
  }
}

/// A place in an open regular file.
public struct FileOrigin: Hashable, Sendable {
  /// The open file.
  public let descriptor: Int32
  /// The offset of the first byte.
  public let offset: Int

  /// Creates a place in an open file.
  public init(descriptor: Int32, offset: Int) {
    self.descriptor = descriptor
    self.offset = offset
  }

  /// The place `bytes` further on.
  public func advanced(by bytes: Int) -> FileOrigin { FileOrigin(descriptor: descriptor, offset: offset + bytes) }
}
