/// Rows of vectors with their keys that this process owns: what a source fills and a filter carries over.
public struct VectorStore {
  /// The entries of a vector.
  public let dim: Int
  /// (rows, dim), row-major.
  public private(set) var vectors: [Float] = []
  /// (rows): the article of each row.
  public private(set) var articles: [UInt64] = []
  /// (rows): the chunk of each row within its article.
  public private(set) var chunks: [UInt32] = []
  /// (rows): the step of each row; 0 except in predictions.
  public private(set) var steps: [UInt32] = []
  /// The CRC-32 of each row, as long as every appended row came with one.
  private var checksums: [UInt32] = []

  /// Creates an empty store with room for some rows.
  public init(dim: Int, reserving rows: Int = 0) {
    self.dim = dim
    vectors.reserveCapacity(rows * dim)
    articles.reserveCapacity(rows)
    chunks.reserveCapacity(rows)
    steps.reserveCapacity(rows)
  }

  /// The number of rows.
  public var rows: Int { articles.count }

  /// The key of a row.
  public func key(_ row: Int) -> Key {
    Key(article: articles[row], chunk: chunks[row], step: steps[row])
  }

  /// Appends one row of `dim` entries.
  public mutating func append(_ key: Key, _ vector: some Collection<Float>) {
    precondition(vector.count == dim, "a vector of \(dim) entries")
    vectors.append(contentsOf: vector)
    append(key)
  }

  private mutating func append(_ key: Key) {
    articles.append(key.article)
    chunks.append(key.chunk)
    steps.append(key.step)
  }

  /// Appends rows of a block, with their checksums where it has them.
  public mutating func append(_ block: VectorBlock, rows range: Range<Int>) {
    precondition(block.dim == dim, "rows of one dim")
    if let known = block.checksums, checksums.count == rows { checksums.append(contentsOf: known[range]) }
    let source = UnsafeRawBufferPointer(rebasing: block.bytes[4 * range.lowerBound * dim..<4 * range.upperBound * dim])
    let start = vectors.count
    vectors.append(contentsOf: repeatElement(0, count: range.count * dim))
    vectors.withUnsafeMutableBytes {
      UnsafeMutableRawBufferPointer(rebasing: $0[(4 * start)...]).copyMemory(from: source)
    }
    articles.append(contentsOf: block.articles[range])
    chunks.append(contentsOf: block.chunks[range])
    steps.append(contentsOf: block.steps[range])
  }

  /// Scales every vector to unit length; zero vectors stay as they are.
  ///
  /// - Returns: how many zero vectors there are.
  public mutating func normalize() -> Int {
    checksums.removeAll(keepingCapacity: true)
    var zeros = 0
    vectors.withUnsafeMutableBufferPointer { vectors in
      for row in 0..<vectors.count / dim {
        let vector = UnsafeMutableBufferPointer(rebasing: vectors[row * dim..<(row + 1) * dim])
        if !InnerProducts.normalize(vector) { zeros += 1 }
      }
    }
    return zeros
  }

  /// Drops the first `count` rows.
  public mutating func removeFirst(_ count: Int) {
    guard count > 0 else { return }
    if checksums.count == rows { checksums.removeFirst(count) }
    vectors.removeFirst(count * dim)
    articles.removeFirst(count)
    chunks.removeFirst(count)
    steps.removeFirst(count)
  }

  /// Removes all rows; their memory is kept.
  public mutating func removeAll() {
    vectors.removeAll(keepingCapacity: true)
    articles.removeAll(keepingCapacity: true)
    chunks.removeAll(keepingCapacity: true)
    steps.removeAll(keepingCapacity: true)
    checksums.removeAll(keepingCapacity: true)
  }

  /// Calls `body` with a view of the rows, which must not outlive the call.
  public func withBlock<Result>(_ body: (VectorBlock) throws -> Result) rethrows -> Result {
    try vectors.withUnsafeBufferPointer { vectors in
      try articles.withUnsafeBufferPointer { articles in
        try chunks.withUnsafeBufferPointer { chunks in
          try steps.withUnsafeBufferPointer { steps in
            try checksums.withUnsafeBufferPointer { checksums in
              let known = checksums.count == articles.count ? checksums : nil
              return try body(
                VectorBlock(
                  dim: dim, vectors: vectors, articles: articles, chunks: chunks, steps: steps, checksums: known))
            }
          }
        }
      }
    }
  }
}
