import Failures
import Sequences
import TestSupport
import Testing
import Vectors

@Suite struct SequenceBuilderTests {
  /// Articles of every sort: long, too short, with gaps, in two pieces.
  static let articles: [(UInt64, [UInt32])] = [
    (3, [0, 1, 2, 3, 4]), (7, [9]), (4, [0, 1, 3, 4, 5, 6]), (9, [100, 102]),
  ]

  static let options: [SequenceOptions] = [
    SequenceOptions(context: 1), SequenceOptions(context: 3), SequenceOptions(context: 1, offset: 2),
    SequenceOptions(context: 2, offset: 2), SequenceOptions(context: 2, offset: 3, stride: 2),
    SequenceOptions(context: 1, stride: 2), SequenceOptions(context: 1, stride: 3, futures: 1),
    SequenceOptions(context: 2, futures: 2), SequenceOptions(context: 4, offset: 1),
    SequenceOptions(context: 5, offset: 2),
    SequenceOptions(context: 512, offset: 10, futures: 7),
  ]

  @Test(arguments: options.indices) func windowsByTheirDefinition(_ index: Int) throws {
    let options = Self.options[index]
    let rows = Frame.random(Self.articles, dim: 2)
    let built = try build([rows], options)
    #expect(built.windows.map(\.keys) == expectedWindows(rows, options))
    #expect(fault(of: built.frames, from: rows) == nil)
    let articlesWithWindows = Set(built.windows.compactMap { $0.keys.first?.article })
    #expect(built.shortArticles == Self.articles.count - articlesWithWindows.count)
    #expect(built.articles == 4)
  }

  /// All 2^13 ways to cut 14 rows into blocks.
  @Test(arguments: options.indices) func everyCutGivesTheSameWindows(_ index: Int) throws {
    let options = Self.options[index]
    let rows = Frame.random(Self.articles, dim: 1)
    let expected = Set(expectedWindows(rows, options))
    let short = try build([rows], options).shortArticles
    for mask in 0..<1 << (rows.rows - 1) where options.span < 9 || mask % 61 == 0 {
      let cuts = (1..<rows.rows).filter { mask >> ($0 - 1) & 1 == 1 }
      let built = try build(rows.cut(before: cuts), options)
      let windows = built.windows.map(\.keys)
      guard windows.count == expected.count, Set(windows) == expected, built.shortArticles == short,
        fault(of: built.frames, from: rows) == nil
      else {
        Issue.record(
          "cut before \(cuts): \(windows.count) windows, \(fault(of: built.frames, from: rows) ?? "good rows")")
        return
      }
    }
  }

  @Test func aVeryLargeBlockIsTakenInParts() throws {
    // 4 MiB of vectors a part: this block makes several.
    let rows = Frame.random([(1, Array(0..<40))], dim: 70_000)
    let options = SequenceOptions(context: 3, offset: 2)
    let built = try build([rows], options)
    #expect(built.frames.count > 1)
    #expect(built.windows.map(\.keys) == expectedWindows(rows, options))
    #expect(fault(of: built.frames, from: rows) == nil)
  }

  @Test(arguments: [
    (5, 1, ["context", "target"]), (5, 2, ["context", "target", "previous"]),
    (1, 9, ["context", "target", "previous"]),
  ]) func rolesOfAWindow(_ context: Int, _ offset: Int, _ names: [String]) {
    let roles = SequenceOptions(context: context, offset: offset).roles
    #expect(roles.list.map(\.name) == names)
    #expect(roles.slots == context + names.count - 1)
    let all = SequenceOptions(context: context, offset: offset, negatives: 4, futures: 3).roles
    #expect(all.list.map(\.name) == names + ["negative", "future"])
    #expect(all.slots(of: "negative").count == 4)
  }

  static let disorders: [([(UInt64, [UInt32])], String)] = [
    ([(1, [0, 1, 1])], "article 1, chunk 1 comes after chunks 0 to 1"),
    ([(1, [0, 2, 1])], "article 1, chunk 1 comes after chunks 0 to 2"),
    ([(1, [0, 1]), (2, [0]), (1, [1])], "article 1, chunk 1 comes after chunks 0 to 1"),
    ([(1, [5]), (2, [0]), (1, [5])], "article 1, chunk 5 comes after chunk 5"),
    ([(1, [5, 6]), (2, [0]), (1, [2])], "article 1, chunk 2 comes after chunks 5 to 6"),
  ]

  @Test(arguments: disorders) func duplicatesAndDisorderAreRefused(_ articles: [(UInt64, [UInt32])], _ problem: String)
    throws
  {
    var rows = Frame(dim: 1)
    for (article, chunks) in articles { for chunk in chunks { rows.append(Key(article: article, chunk: chunk), [1]) } }
    for negatives in [0, 1] {
      for cuts in [[], Array(1..<rows.rows)] {
        let failure = try #require(throws: Failure.self) {
          try build(rows.cut(before: cuts), SequenceOptions(context: 1, negatives: negatives))
        }
        #expect(failure.status == .badData)
        #expect(failure.description.contains(problem), "\(failure)")
      }
    }
  }

  @Test func anArticleMayComeInAscendingPieces() throws {
    let rows = Frame.random([(1, [0, 1, 2]), (2, [0, 1]), (1, [3, 4, 5])], dim: 2)
    let built = try build([rows], SequenceOptions(context: 1))
    // The pieces are not joined: another article stands between them.
    #expect(built.windows.map { $0.keys.map(\.chunk) } == [[0, 1], [1, 2], [0, 1], [3, 4], [4, 5]])
    #expect(built.articles == 2)
  }

  @Test func predictionsAreNoChunks() throws {
    var rows = Frame(dim: 1)
    rows.append(Key(article: 1, chunk: 0, step: 1), [1])
    let failure = try #require(throws: Failure.self) { try build([rows], SequenceOptions(context: 1)) }
    #expect(failure.description.contains("is a prediction"))
  }
}
