internal import Failures
public import Vectors

/// Where the chunks of every article stand among numbered rows, found by key.
///
/// Memory: 32 bytes for each run of rows that follow each other as their chunks do: one for an article without gaps,
/// whose rows stand together.
public struct ArticleIndex: Sendable {
  /// Chunks of one article without a gap, whose rows stand one after the other.
  private struct Run {
    let article: UInt64
    let chunk: UInt32
    var count: UInt32
    let row: Int
    /// The place of the first chunk among all chunks in ascending order of their keys.
    var place = 0

    var last: UInt32 { chunk + (count - 1) }
  }

  private var runs: [Run] = []
  /// All chunks.
  public private(set) var chunks = 0
  public private(set) var articles = 0

  public init() {}

  /// Enters the next row's key.
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

  /// Ends the entering.
  ///
  /// - Throws: `.badData` where a key came twice.
  public mutating func finish() throws {
    let isAscending = zip(runs, runs.dropFirst()).allSatisfy { ($0.article, $0.chunk) < ($1.article, $1.chunk) }
    if !isAscending { runs.sort { ($0.article, $0.chunk) < ($1.article, $1.chunk) } }
    var place = 0
    for index in runs.indices {
      if index > 0, runs[index - 1].article == runs[index].article {
        guard runs[index - 1].last < runs[index].chunk else {
          let key = Key(article: runs[index].article, chunk: runs[index].chunk)
          throw Failure(.badData, "\(key) comes twice", hint: "give each chunk a number of its own in its article")
        }
      } else {
        articles += 1
      }
      runs[index].place = place
      place += Int(runs[index].count)
    }
  }
}

extension ArticleIndex {
  /// One article's chunks, which have places 0, 1, … in ascending order of their numbers.
  public struct Entry: Sendable {
    public let article: UInt64
    /// Its chunks.
    public let count: Int
    /// The place of its first chunk among all chunks in ascending order of their keys.
    public let first: Int
    fileprivate let runs: Range<Int>
  }

  /// The article's entry; nil where there is no such article.
  public func entry(of article: UInt64) -> Entry? {
    let start = firstRun { $0.article >= article }
    guard start < runs.count, runs[start].article == article else { return nil }
    return entry(from: start)
  }

  /// All entries, in ascending order of the articles' numbers.
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
    let places = runs[start].place..<(end < runs.count ? runs[end].place : chunks)
    return Entry(article: article, count: places.count, first: places.lowerBound, runs: start..<end)
  }

  /// The first run of which `isBehind` holds, as it does of all after it.
  private func firstRun(within range: Range<Int>? = nil, _ isBehind: (Run) -> Bool) -> Int {
    var (low, high) = (range?.lowerBound ?? 0, range?.upperBound ?? runs.count)
    while low < high {
      let middle = (low + high) / 2
      if isBehind(runs[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// The place of chunk `chunk` within its article; nil where the article has no such chunk.
  public func place(of chunk: Int, in entry: Entry) -> Int? {
    guard let chunk = UInt32(exactly: chunk) else { return nil }
    let run = firstRun(within: entry.runs) { $0.last >= chunk }
    guard run < entry.runs.upperBound, runs[run].chunk <= chunk else { return nil }
    return runs[run].place - entry.first + Int(chunk - runs[run].chunk)
  }

  /// Calls `body` with rows that hold the chunks at `places` of an article, in order, in as few parts as they stand in.
  func forEachPart(of places: Range<Int>, in entry: Entry, _ body: (Range<Int>) throws -> Void) rethrows {
    var place = entry.first + places.lowerBound
    let end = entry.first + places.upperBound
    var run = firstRun(within: entry.runs) { $0.place + Int($0.count) > place }
    while place < end {
      let skipped = place - runs[run].place
      let count = min(Int(runs[run].count) - skipped, end - place)
      try body(runs[run].row + skipped..<runs[run].row + skipped + count)
      place += count
      run += 1
    }
  }
}
