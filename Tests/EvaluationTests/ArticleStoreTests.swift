import Evaluation
import Failures
import TestSupport
import Testing
import Vectors

@Suite struct ArticleStoreTests {
  private static let rows = Frame.random(someArticles, dim: 3)

  /// Every chunk is found under its key, whatever order the rows are in, and nothing else is.
  @Test(arguments: [0, 1, 2] as [UInt64]) func everyChunkIsFoundByItsKey(_ seed: UInt64) throws {
    let rows = seed == 0 ? Self.rows : Self.rows.shuffled(seed: seed)
    let store = try articleStore(rows)
    #expect(store.index.chunks == rows.rows)
    #expect(store.index.articles == someArticles.count)
    var firsts: [Int] = []
    for (article, chunks) in someArticles {
      let entry = try #require(store.select(article))
      #expect(entry.count == chunks.count)
      firsts.append(entry.first)
      for chunk in 0..<25 {
        guard let position = chunks.firstIndex(of: UInt32(chunk)) else {
          #expect(store.position(of: chunk) == nil)
          continue
        }
        #expect(store.position(of: chunk) == position)
        let (vector, inverseNorm) = try store.vector(at: position)
        let expected = neighbour(rows, Key(article: article, chunk: UInt32(chunk)), 0)
        #expect(Array(vector) == expected)
        let norm = expected.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
        #expect(isClose(inverseNorm, 1 / norm, 1e-6))
      }
      #expect(store.position(of: -1) == nil)
      #expect(store.position(of: Int(UInt32.max) + 1) == nil)
    }
    #expect(
      firsts.sorted()
        == someArticles.sorted { $0.0 < $1.0 }.map(\.1.count).reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
        .dropLast())
    #expect(store.select(5) == nil)
  }

  @Test func aChunkIsReadOnceAndAlone() throws {
    let source = MemoryRows(Self.rows)
    var index = ArticleIndex()
    for row in 0..<Self.rows.rows { index.add(Self.rows.keys[row], row: row) }
    try index.finish()
    let store = ArticleStore(index, source, name: "articles")
    _ = store.select(3)
    for _ in 0..<3 { _ = try store.vector(at: 4) }
    #expect(source.read == 1)
    _ = store.select(3)
    _ = try store.vector(at: 4)
    #expect(source.read == 1)
  }

  @Test func aKeyThatOccursTwiceIsNamed() throws {
    for duplicate in [Key(article: 4, chunk: 10), Key(article: 3, chunk: 0), Key(article: 3, chunk: 13)] {
      var index = ArticleIndex()
      for row in 0..<Self.rows.rows { index.add(Self.rows.keys[row], row: row) }
      index.add(duplicate, row: Self.rows.rows)
      let failure = #expect(throws: Failure.self) { try index.finish() }
      #expect(failure?.status == .badData)
      #expect(failure?.problem.contains("\(duplicate)") == true)
    }
  }

  @Test func theLastChunkNumberIsNoOverflow() throws {
    var rows = Frame(dim: 1)
    rows.append(Key(article: .max, chunk: .max - 1), [1])
    rows.append(Key(article: .max, chunk: .max), [2])
    let store = try articleStore(rows)
    #expect(store.select(.max)?.count == 2)
    #expect(store.position(of: Int(UInt32.max)) == 1)
    #expect(store.position(of: 0) == nil)
  }
}
