internal import Failures
public import Vectors

/// Draws chunks of other articles, from all chunks of a stream: the draw depends on which chunks there are, not on the
/// order or the frames in which they came.
///
/// Memory: 24 bytes a row, and room for as many again while it gathers.
public struct OtherArticleSampler {
  private struct Entry {
    var key: Key
    /// Its number among all rows entered.
    var row: Int
  }

  private var entries: [Entry] = []
  private var rows = 0
  /// Where the entries of each article begin, and where the last one's end.
  private var starts: [Int] = []

  /// Creates a sampler without chunks.
  public init() {}

  /// Enters the rows of the next block that are not repeated.
  public mutating func add(_ block: VectorBlock) {
    for row in block.repeated..<block.rows {
      entries.append(Entry(key: block.key(row), row: rows))
      rows += 1
    }
  }

  /// Ends the gathering. A key that came more than once counts once, with its first row.
  ///
  /// - Throws: `.badData` where all rows are of one article.
  public mutating func finish() throws {
    entries.sort { ($0.key, $0.row) < ($1.key, $1.row) }
    var kept = 0
    for index in entries.indices where kept == 0 || entries[index].key != entries[kept - 1].key {
      entries[kept] = entries[index]
      if kept == 0 || entries[kept].key.article != entries[kept - 1].key.article { starts.append(kept) }
      kept += 1
    }
    entries.removeLast(entries.count - kept)
    starts.append(kept)
    guard starts.count > 2 || kept == 0 else {
      throw Failure(.badData, "all rows are of one article; expected two articles or more to draw chunks from")
    }
  }

  /// A chunk of another article than the target's: each article is as likely as any other, and in it each chunk.
  ///
  /// - Returns: the chunk's key, and its number among all rows entered.
  public func draw(for target: Key, seed: UInt64) -> (key: Key, row: Int) {
    var generator = SeededGenerator(seed: seed, target: target)
    var article = generator.index(below: starts.count - 2)
    if article >= place(of: target.article) { article += 1 }
    let entry = entries[starts[article] + generator.index(below: starts[article + 1] - starts[article])]
    return (entry.key, entry.row)
  }

  /// The place of an article that is there, in ascending order of their numbers.
  private func place(of article: UInt64) -> Int {
    var (low, high) = (0, starts.count - 1)
    while high - low > 1 {
      let middle = (low + high) / 2
      if entries[starts[middle]].key.article <= article { low = middle } else { high = middle }
    }
    return low
  }
}
