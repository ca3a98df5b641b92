internal import Failures
internal import Vectors

/// All chunks of all articles, with which predictions are compared. Chunks are looked up by key; the vectors of one
/// article, the selected one, are held at a time.
///
/// A chunk of the selected article is read when it is first needed, so that predictions may be in any order and cost no
/// more than the chunks they need.
///
/// Memory: the index, and the vectors of the longest article.
public final class ArticleStore {
  /// Which chunks there are.
  public let index: ArticleIndex
  /// Its name in messages.
  public let name: String
  private let source: any RowSource

  private var entry: ArticleIndex.Entry?
  /// (chunks, dim) of the selected article, at least.
  private var vectors = UnsafeMutableBufferPointer<Float>(start: nil, count: 0)
  /// (chunks): 1 / norm, 0 for a zero vector, NaN for one that is not yet read.
  private var inverseNorms: [Double] = []
  /// Whether all chunks of the selected article have been read.
  private var isWhole = false
  /// The zero vectors that were read, by their index among all chunks.
  private var zeros = Set<Int>()

  /// A store over the rows of `source`; `index` is finished and names none beyond them.
  public init(_ index: ArticleIndex, _ source: any RowSource, name: String) {
    self.index = index
    self.source = source
    self.name = name
  }

  deinit { vectors.deallocate() }

  /// Entries of a vector.
  public var dim: Int { source.dim }

  /// How many of the chunks that were read are zero vectors, each counted once.
  public var zeroVectors: Int { zeros.count }

  /// Selects an article. None of its chunks is read yet.
  ///
  /// - Returns: nil where there is no such article; the one before then stays selected.
  public func select(_ article: UInt64) -> ArticleIndex.Entry? {
    if let entry, entry.article == article { return entry }
    guard let found = index.entry(of: article) else { return nil }
    select(found)
    return found
  }

  /// Selects an article of the index.
  func select(_ found: ArticleIndex.Entry) {
    guard entry?.article != found.article else { return }
    entry = found
    isWhole = false
    inverseNorms.removeAll(keepingCapacity: true)
    inverseNorms.append(contentsOf: repeatElement(.nan, count: found.count))
    guard vectors.count < found.count * dim else { return }
    vectors.deallocate()
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 4 * found.count * dim, alignment: 64)
    vectors = bytes.bindMemory(to: Float.self)
  }

  /// The position of a chunk in the selected article; nil where it has no chunk of that number.
  public func position(of chunk: Int) -> Int? {
    guard let entry else { return nil }
    return index.position(of: chunk, in: entry)
  }

  /// The vector at a position of the selected article, (dim), and 1 / its norm, 0 for a zero vector. The vector is
  /// valid until another article is selected.
  ///
  /// - Throws: `.badData` for an entry that is not finite; `.inputOutput`.
  public func vector(at position: Int) throws -> (UnsafeBufferPointer<Float>, inverseNorm: Double) {
    if inverseNorms[position].isNaN { try load(position..<position + 1) }
    return (self[position], inverseNorms[position])
  }

  /// All vectors of the selected article, (chunks, dim), and 1 / their norms.
  func all() throws -> (vectors: UnsafeBufferPointer<Float>, inverseNorms: [Double]) {
    let positions = 0..<inverseNorms.count
    // All at once, though some may have been read: consecutive rows are read together.
    if !isWhole { try load(positions) }
    isWhole = true
    return (UnsafeBufferPointer(rebasing: vectors[..<(positions.count * dim)]), inverseNorms)
  }

  /// Copies rows of the source, of whatever articles, into `vectors`, (rows, dim).
  func read(_ rows: Range<Int>, into vectors: UnsafeMutableBufferPointer<Float>) throws {
    try at(name) { try source.read(rows, into: vectors) }
  }

  private subscript(position: Int) -> UnsafeBufferPointer<Float> {
    UnsafeBufferPointer(rebasing: vectors[position * dim..<(position + 1) * dim])
  }

  private func load(_ positions: Range<Int>) throws {
    guard let entry else { preconditionFailure("no article is selected") }
    var first = positions.lowerBound
    try index.forEachPart(of: positions, in: entry) { rows in
      let part = first * dim..<(first + rows.count) * dim
      try read(rows, into: UnsafeMutableBufferPointer(rebasing: vectors[part]))
      first += rows.count
    }
    for position in positions {
      inverseNorms[position] = Similarities.inverseNorm(self[position])
      if inverseNorms[position] == 0 { zeros.insert(entry.first + position) }
    }
  }
}
