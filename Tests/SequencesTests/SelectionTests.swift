import Sequences
import TestSupport
import Testing
import Vectors

@Suite struct ArticleSplitTests {
  static let parts = [
    ArticleSplit.Part(name: "train", fraction: 0.8), ArticleSplit.Part(name: "val", fraction: 0.1),
    ArticleSplit.Part(name: "ood", fraction: 0.1),
  ]

  @Test(arguments: [0, 17, UInt64.max]) func sharesAreAboutWhatTheyShouldBe(_ seed: UInt64) {
    let split = ArticleSplit(Self.parts, seed: seed)
    var counts: [String: Int] = [:]
    for article in 0..<20_000 as Range<UInt64> { counts[split.part(of: article) ?? "none", default: 0] += 1 }
    #expect(counts["none"] == nil)
    // Standard deviations: 57 of 16,000 and 42 of 2,000.
    #expect((15_700...16_300).contains(counts["train"] ?? 0))
    #expect((1_800...2_200).contains(counts["val"] ?? 0))
    #expect((1_800...2_200).contains(counts["ood"] ?? 0))
  }

  @Test(arguments: [(3, [1, 1, 1]), (5, [3, 1, 1]), (10, [8, 1, 1]), (17, [13, 2, 2]), (100, [80, 10, 10])])
  func countedArticlesHaveTheirShares(_ count: Int, _ expected: [Int]) {
    let articles = Set((0..<count).map { UInt64($0 * 7 + 1) })
    for seed in [0, 17, UInt64.max] {
      let found = ArticleSplit.exact(Self.parts, of: articles, seed: seed)
      #expect(Set(found.keys) == articles)
      #expect(Self.parts.map { part in found.values.count { $0 == part.name } } == expected)
    }
  }

  @Test func anArticleStaysInItsPart() {
    let split = ArticleSplit(Self.parts, seed: 3)
    let again = ArticleSplit(Self.parts, seed: 3)
    let other = ArticleSplit(Self.parts, seed: 4)
    let articles: [UInt64] = [0, 1, 2, 999, 1 << 40, .max] + Array(5000..<5100)
    #expect(articles.map { split.part(of: $0) } == articles.map { again.part(of: $0) })
    #expect(articles.map { split.part(of: $0) } != articles.map { other.part(of: $0) })
    // The parts' names are labels: their order and shares count, and what comes after does not move what comes before.
    let finer = ArticleSplit(
      [ArticleSplit.Part(name: "train", fraction: 0.8), ArticleSplit.Part(name: "rest", fraction: 0.05)], seed: 3)
    #expect(articles.map { split.part(of: $0) == "train" } == articles.map { finer.part(of: $0) == "train" })
  }

  @Test func whatIsLeftOverBelongsToNoPart() {
    let split = ArticleSplit([ArticleSplit.Part(name: "a", fraction: 0.25)], seed: 1)
    let taken = (0..<8_000 as Range<UInt64>).filter { split.part(of: $0) == "a" }.count
    #expect((1_850...2_150).contains(taken))
    #expect(ArticleSplit([ArticleSplit.Part(name: "a", fraction: 1)], seed: 1).part(of: 77) == "a")
    #expect(ArticleSplit([], seed: 1).part(of: 77) == nil)
  }

  @Test(arguments: [1, 2, 3, 7, 64]) func shardsAreOfAboutEqualSize(_ shards: Int) {
    var counts = [Int](repeating: 0, count: shards)
    for article in 0..<20_000 as Range<UInt64> { counts[ArticleSplit.shard(of: article, among: shards)] += 1 }
    let mean = 20_000.0 / Double(shards)
    for count in counts { #expect(abs(Double(count) - mean) <= 5 * mean.squareRoot()) }
  }

  @Test func shardsAndPartsAreIndependent() {
    let split = ArticleSplit(Self.parts, seed: 17)
    let first = (0..<20_000 as Range<UInt64>).filter { ArticleSplit.shard(of: $0, among: 2) == 0 }
    let train = first.filter { split.part(of: $0) == "train" }.count
    #expect(abs(Double(train) / Double(first.count) - 0.8) < 0.02)
  }
}

@Suite struct RowFilterTests {
  private static func block() -> Frame {
    var frame = Frame.random([(1, Array(0..<4)), (2, Array(0..<4))], dim: 3)
    (frame.repeated, frame.slots) = (2, 2)
    frame.indices = [0, 1, 1, 2, 2, 3, 4, 5, 5, 6, 6, 7, 7, 7]
    frame.weights = [1, 2, 3, 4, 5, 6, 7]
    return frame
  }

  /// Every choice of rows: the windows that have all of theirs pass, and name the same rows.
  @Test func everyChoiceOfRows() throws {
    let frame = Self.block()
    var filter = RowFilter()
    var droppedRows = 0
    var droppedWindows = 0
    for mask in 0..<1 << frame.rows {
      func keeps(_ row: Int) -> Bool { mask >> row & 1 == 1 }
      let windows = (0..<frame.windows).filter { frame.window($0).allSatisfy(keeps) }
      droppedRows += (frame.repeated..<frame.rows).filter { !keeps($0) }.count
      droppedWindows += frame.windows - windows.count
      let rest = try rest(of: frame, &filter, keepsRow: keeps)
      let rows = (0..<frame.rows).filter(keeps)
      guard rest.keys == rows.map({ frame.keys[$0] }), rest.vectors == rows.flatMap(frame.vector),
        rest.repeated == rows.filter({ $0 < frame.repeated }).count, rest.weights == windows.map({ Float($0 + 1) }),
        (0..<rest.windows).map({ rest.window($0).map { rest.keys[$0] } })
          == windows.map({ frame.window($0).map { frame.keys[$0] } })
      else {
        Issue.record("rows \(rows)")
        return
      }
    }
    #expect(filter.droppedRows == droppedRows)
    #expect(filter.droppedWindows == droppedWindows)
  }

  @Test func aChoiceOfWindows() throws {
    var filter = RowFilter()
    var asked: [Int] = []
    let rest = try rest(of: Self.block(), &filter, keepsRow: { $0 != 3 }) { window in
      asked.append(window)
      return window != 4
    }
    // The window of rows 2 and 3 is gone before anyone is asked.
    #expect(asked == [0, 1, 3, 4, 5, 6])
    #expect(rest.weights == [1, 2, 4, 6, 7])
    #expect(filter.droppedWindows == 2)
    #expect(filter.droppedRows == 1)
  }

  private func rest(
    of frame: Frame, _ filter: inout RowFilter, keepsRow: (Int) -> Bool, keepsWindow: (Int) -> Bool = { _ in true }
  ) throws -> Frame {
    var copy = Frame(dim: frame.dim)
    try frame.withBlock { block in
      try filter.apply(to: block, keepsRow: keepsRow, keepsWindow: keepsWindow) { rest in
        copy = Frame(
          rest.runs, dim: frame.dim, repeated: rest.repeated, slots: frame.slots, indices: rest.indices,
          weights: rest.weights)
      }
    }
    return copy
  }
}
