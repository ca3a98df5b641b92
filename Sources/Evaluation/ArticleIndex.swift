internal import Failures
public import Vectors

/// The row of every chunk of every article, found by key.
///
/// A chunk's position is its index among the chunks of its article, in ascending order of their numbers.
///
/// Memory: 32 bytes for each run of chunks without a gap in consecutive rows: one run for an article without gaps
/// whose rows are together.
public struct ArticleIndex: Sendable {
  /// Chunks of one article without a gap, in consecutive rows.
  private struct Run {
    let article: UInt64
    let chunk: UInt32
    var count: UInt32
    let row: Int
    /// The index of the first chunk among all chunks in ascending order of their keys.
    var position = 0

    var last: UInt32 { chunk + (count - 1) }
  }

  private var runs: [Run] = []
  /// Chunks in all articles.
  public private(set) var chunks = 0
  /// Articles; known after `finish`.
  public private(set) var articles = 0

  /// Whether it has articles whose numbers stand for names (`ArticleName`); known after `finish`.
  var hasNames: Bool { (runs.last?.article ?? 0) >= 1 << 63 }

  /// An index without rows: `add` them all, then call `finish`.
  public init() {}

  /// Adds the key of one row. Rows in ascending order of their keys take the least memory.
  public mutating func add(_ key: Key, row: Int) {
    chunks += 1
    if let last = runs.last, last.article == key.article, last.last < .max, last.last + 1 == key.chunk,
      last.row + Int(last.count) == row
    {
      runs[runs.count - 1].count += 1
    } else {
      runs.append(Run(article: key.article, chunk: key.chunk, count: 1, row: row))
    }
  }

  /// Sorts the keys, after the last row; only then can chunks be looked up.
  ///
  /// - Throws: `.badData` where two rows have one key.
  public mutating func finish() throws {
    let isAscending = zip(runs, runs.dropFirst()).allSatisfy { ($0.article, $0.chunk) < ($1.article, $1.chunk) }
    if !isAscending { runs.sort { ($0.article, $0.chunk) < ($1.article, $1.chunk) } }
    var position = 0
    for index in runs.indices {
      if index > 0, runs[index - 1].article == runs[index].article {
        guard runs[index - 1].last < runs[index].chunk else {
          let key = Key(article: runs[index].article, chunk: runs[index].chunk)
          throw Failure(.badData, "\(key) occurs twice", hint: "give each chunk of an article a number of its own")
        }
      } else {
        articles += 1
      }
      runs[index].position = position
      position += Int(runs[index].count)
    }
  }
}

extension ArticleIndex {
  /// One article, whose chunks have positions from 0 to `count` - 1.
  public struct Entry: Sendable {
    /// The article's number.
    public let article: UInt64
    /// How many chunks it has.
    public let count: Int
    /// The index of its first chunk among all chunks in ascending order of their keys.
    public let first: Int
    fileprivate let runs: Range<Int>
  }

  /// The article's entry, in logarithmic time; nil where there is no such article.
  public func entry(of article: UInt64) -> Entry? {
    let start = firstRun { $0.article >= article }
    guard start < runs.count, runs[start].article == article else { return nil }
    return entry(from: start)
  }

  /// Calls `body` with all entries, in ascending order of the articles' numbers.
  public func forEachEntry(_ body: (Entry) throws -> Void) rethrows {
    var start = 0
    while start < runs.count {
      let entry = entry(from: start)
      try body(entry)
      start = entry.runs.upperBound
    }
  }

  private func entry(from start: Int) -> Entry {
    let article = runs[start].article
    // Mostly the article is one run.
    let end =
      start + 1 < runs.count && runs[start + 1].article == article
      ? firstRun { $0.article > article } : start + 1
    let positions = runs[start].position..<(end < runs.count ? runs[end].position : chunks)
    return Entry(article: article, count: positions.count, first: positions.lowerBound, runs: start..<end)
  }

  /// The first run for which `isBehind` holds, as it does for all after it.
  private func firstRun(within range: Range<Int>? = nil, _ isBehind: (Run) -> Bool) -> Int {
    var (low, high) = (range?.lowerBound ?? 0, range?.upperBound ?? runs.count)
    while low < high {
      let middle = (low + high) / 2
      if isBehind(runs[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// The position of chunk number `chunk` in its article, in logarithmic time; nil where the article has no such chunk.
  public func position(of chunk: Int, in entry: Entry) -> Int? {
    guard let chunk = UInt32(exactly: chunk) else { return nil }
    let run = firstRun(within: entry.runs) { $0.last >= chunk }
    guard run < entry.runs.upperBound, runs[run].chunk <= chunk else { return nil }
    return runs[run].position - entry.first + Int(chunk - runs[run].chunk)
  }

  /// Calls `body` with the rows that hold the chunks at `positions` of an article, in order, one call for each run of
  /// consecutive rows.
  func forEachPart(of positions: Range<Int>, in entry: Entry, _ body: (Range<Int>) throws -> Void) rethrows {
    var position = entry.first + positions.lowerBound
    let end = entry.first + positions.upperBound
    var run = firstRun(within: entry.runs) { $0.position + Int($0.count) > position }
    while position < end {
      let skipped = position - runs[run].position
      let count = min(Int(runs[run].count) - skipped, end - position)
      try body(runs[run].row + skipped..<runs[run].row + skipped + count)
      position += count
      run += 1
    }
  }
}
