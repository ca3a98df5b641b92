internal import Failures
internal import Vectors

/// Rows of vectors that can be read anywhere, by their number.
public protocol RowSource: AnyObject {
  /// Entries of a vector.
  var dim: Int { get }

  /// Copies rows into `vectors`, (rows, dim).
  ///
  /// - Throws: `.badData` for an entry that is not finite; `.inputOutput`.
  func read(_ rows: Range<Int>, into vectors: UnsafeMutableBufferPointer<Float>) throws
}

/// All chunks of all articles, which predictions are held against: looked up by key, and one article held at a time.
///
/// A chunk of the present article is read when it is first asked for, so that predictions may come in any order at the
/// price of the chunks they need.
///
/// Memory: the index, and the vectors of the longest article.
public final class ArticleStore {
  public let index: ArticleIndex
  /// As messages name it.
  public let name: String
  private let source: any RowSource

  private var entry: ArticleIndex.Entry?
  /// (places, dim) of the present article.
  private var vectors = UnsafeMutableBufferPointer<Float>(start: nil, count: 0)
  /// (places): 1 / norm, 0 for a zero vector, NaN for one that is not yet read.
  private var inverseNorms: [Double] = []
  /// Whether all chunks of the present article have been read.
  private var isWhole = false
  /// The zero vectors that were read, by their place among all chunks.
  private var zeros = Set<Int>()

  public init(_ index: ArticleIndex, _ source: any RowSource, name: String) {
    self.index = index
    self.source = source
    self.name = name
  }

  deinit { vectors.deallocate() }

  public var dim: Int { source.dim }

  /// How many of the chunks that were asked for are zero vectors.
  public var zeroVectors: Int { zeros.count }

  /// Makes the article the present one.
  ///
  /// - Returns: nil where there is no such article.
  public func enter(_ article: UInt64) -> ArticleIndex.Entry? {
    if let entry, entry.article == article { return entry }
    guard let found = index.entry(of: article) else { return nil }
    enter(found)
    return found
  }

  /// Makes an article of the index the present one.
  func enter(_ found: ArticleIndex.Entry) {
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

  /// The place of a chunk in the present article.
  public func place(of chunk: Int) -> Int? {
    guard let entry else { return nil }
    return index.place(of: chunk, in: entry)
  }

  /// The vector at a place of the present article, (dim), and 1 / its norm, 0 for a zero vector.
  public func vector(at place: Int) throws -> (UnsafeBufferPointer<Float>, inverseNorm: Double) {
    if inverseNorms[place].isNaN { try load(place..<place + 1) }
    return (self[place], inverseNorms[place])
  }

  /// All vectors of the present article, (places, dim), and 1 / their norms.
  func all() throws -> (vectors: UnsafeBufferPointer<Float>, inverseNorms: [Double]) {
    let places = 0..<inverseNorms.count
    // In one go, though some may be there: rows that stand together are read together.
    if !isWhole { try load(places) }
    isWhole = true
    return (UnsafeBufferPointer(rebasing: vectors[..<(places.count * dim)]), inverseNorms)
  }

  /// Copies rows of the source, whichever articles they are of, into `vectors`, (rows, dim).
  func read(_ rows: Range<Int>, into vectors: UnsafeMutableBufferPointer<Float>) throws {
    try at(name) { try source.read(rows, into: vectors) }
  }

  private subscript(place: Int) -> UnsafeBufferPointer<Float> {
    UnsafeBufferPointer(rebasing: vectors[place * dim..<(place + 1) * dim])
  }

  private func load(_ places: Range<Int>) throws {
    guard let entry else { preconditionFailure("an article is entered before its chunks are read") }
    var first = places.lowerBound
    try index.forEachPart(of: places, in: entry) { rows in
      let part = first * dim..<(first + rows.count) * dim
      try read(rows, into: UnsafeMutableBufferPointer(rebasing: vectors[part]))
      first += rows.count
    }
    for place in places {
      inverseNorms[place] = Similarities.inverseNorm(self[place])
      if inverseNorms[place] == 0 { zeros.insert(entry.first + place) }
    }
  }
}
