import Evaluation
import Failures
import TestSupport
import Testing
import Vectors

@Suite struct RetrievalRankTests {
  static func ranks(
    _ rows: Frame, _ predicted: Frame, _ scope: RetrievalRank.Scope = .article, least: Int = 6, cuts: [Int] = [],
    product: @escaping PairwiseProduct = PairwiseProducts.plain
  ) throws -> RetrievalRank {
    var ranks = RetrievalRank(try articleStore(rows), scope: scope, minimumChunks: least, product: product)
    for frame in predicted.cut(before: cuts) { try frame.withBlock { try ranks.add($0) } }
    try ranks.finish()
    return ranks
  }

  /// The rank of each window's target, and the number of candidates.
  private static func direct(
    _ rows: Frame, _ predicted: Frame, _ scope: RetrievalRank.Scope, _ least: Int
  ) -> [(rank: Int, candidates: Int)] {
    (0..<predicted.rows).compactMap { row in
      let key = predicted.keys[row]
      let article = (0..<rows.rows).filter { rows.keys[$0].article == key.article }
      guard article.count >= least else { return nil }
      let candidates = scope == .all ? Array(0..<rows.rows) : article
      let own = plainCosine(predicted.vector(row), neighbour(rows, key, 0))
      let closer = candidates.filter { plainCosine(predicted.vector(row), rows.vector($0)) > own + 1e-12 }
      return (closer.count + 1, candidates.count)
    }
  }

  @Test(arguments: RetrievalRank.Scope.allCases, [1, 6, 12]) func figuresByTheirDefinition(
    _ scope: RetrievalRank.Scope, _ least: Int
  ) throws {
    let rows = Frame.random(someArticles, dim: 7)
    let predicted = predictions(rows, mixed(rows))
    var found = try Self.ranks(rows, predicted, scope, least: least)
    let direct = Self.direct(rows, predicted, scope, least)
    #expect(found.windows == direct.count)
    #expect(found.windows + found.shortArticle == predicted.rows)
    let figures = found.figures(seed: 1)
    let count = Double(direct.count)
    func mean(_ figure: ((rank: Int, candidates: Int)) -> Double) -> Double {
      direct.reduce(0) { $0 + figure($1) } / count
    }
    #expect(isClose(figures.recallAt1, mean { $0.rank == 1 ? 1 : 0 }, 1e-12))
    #expect(isClose(figures.recallAt5, mean { $0.rank <= 5 ? 1 : 0 }, 1e-12))
    #expect(isClose(figures.meanReciprocalRank, mean { 1 / Double($0.rank) }, 1e-12))
    #expect(isClose(figures.meanRank, mean { Double($0.rank) }, 1e-12))
    #expect(isClose(figures.chanceRecallAt1, mean { 1 / Double($0.candidates) }, 1e-12))
    #expect(isClose(figures.chanceRecallAt5, mean { min(1, 5 / Double($0.candidates)) }, 1e-12))
    let sorted = direct.map { Double($0.rank) }.sorted()
    #expect(figures.medianRank == (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2)
    #expect(try #require(figures.intervals)[2].contains(figures.meanReciprocalRank))
  }

  /// Rounding in the product, in either direction, changes no rank.
  @Test(arguments: RetrievalRank.Scope.allCases) func theProductDecidesNothing(_ scope: RetrievalRank.Scope) throws {
    let rows = Frame.random([(1, Array(0..<60)), (2, Array(0..<50))], dim: 40)
    // Predictions close to two chunks at once: the ranks are close calls.
    let predicted = predictions(rows) { key, _ in
      zip(neighbour(rows, key, 0), neighbour(rows, key, -1)).map { $0 + $1 * (1 + 1e-7) }
    }
    let noisy: PairwiseProduct = { a, b, dim, scores in
      PairwiseProducts.plain(a, b, dim, scores)
      for index in scores.indices { scores[index] += (index % 2 == 0 ? 1 : -1) * Float(dim) * 0x1p-24 }
    }
    var exact = try Self.ranks(rows, predicted, scope)
    var found = try Self.ranks(rows, predicted, scope, product: noisy)
    let expected = exact.figures(seed: 1)
    let figures = found.figures(seed: 1)
    #expect(figures.meanRank == expected.meanRank && figures.recallAt1 == expected.recallAt1)
    #expect(figures.meanReciprocalRank == expected.meanReciprocalRank)
    let direct = Self.direct(rows, predicted, scope, 6)
    #expect(isClose(expected.meanRank, direct.reduce(0) { $0 + Double($1.rank) } / Double(direct.count), 1e-12))
  }

  @Test(arguments: RetrievalRank.Scope.allCases) func anOracleRanksFirstAmongDuplicatesToo(
    _ scope: RetrievalRank.Scope
  ) throws {
    var rows = Frame.random([(1, Array(0..<30)), (2, Array(0..<30))], dim: 33)
    // Every third chunk has the vector of the one before it, and article 2 has those of article 1.
    for row in stride(from: 2, to: 30, by: 3) {
      rows.vectors.replaceSubrange(row * 33..<(row + 1) * 33, with: rows.vector(row - 1))
    }
    for row in 0..<30 { rows.vectors.replaceSubrange((row + 30) * 33..<(row + 31) * 33, with: rows.vector(row)) }
    let predicted = predictions(rows) { key, _ in neighbour(rows, key, 0).map { $0 * 3 } }
    var found = try Self.ranks(rows, predicted, scope)
    let figures = found.figures(seed: 1)
    #expect(figures.recallAt1 == 1 && figures.recallAt5 == 1)
    #expect(figures.meanReciprocalRank == 1 && figures.medianRank == 1)
  }

  @Test(arguments: RetrievalRank.Scope.allCases) func neitherCutNorOrderMatters(_ scope: RetrievalRank.Scope) throws {
    let rows = Frame.random(someArticles, dim: 5)
    let predicted = predictions(rows, mixed(rows))
    var whole = try Self.ranks(rows, predicted, scope)
    let expected = whole.figures(seed: 3)
    for seed in 1...10 as ClosedRange<UInt64> {
      var found = try Self.ranks(
        rows.shuffled(seed: seed), predicted.shuffled(seed: seed + 50), scope, cuts: [Int(seed), 25, 26, 40])
      let figures = found.figures(seed: 3)
      #expect(found.windows == whole.windows && found.shortArticle == whole.shortArticle)
      #expect(isClose(figures.meanReciprocalRank, expected.meanReciprocalRank, 1e-12))
      #expect(figures.meanRank == expected.meanRank && figures.medianRank == expected.medianRank)
      #expect(isClose(figures.intervals?[2].lowerBound, expected.intervals?[2].lowerBound, 1e-12))
    }
  }

  @Test func candidatesOfOtherArticlesCountInScopeAll() throws {
    let rows = Frame.random(someArticles, dim: 7)
    let predicted = predictions(rows, mixed(rows))
    var own = try Self.ranks(rows, predicted, .article)
    var all = try Self.ranks(rows, predicted, .all)
    #expect(own.windows == all.windows)
    #expect(all.figures(seed: 1).meanRank > own.figures(seed: 1).meanRank)
    #expect(isClose(all.figures(seed: 1).chanceRecallAt1, 1 / Double(rows.rows), 1e-12))
  }

  @Test func zeroVectorsCount() throws {
    var rows = Frame.random([(1, Array(0..<12)), (2, Array(0..<4))], dim: 4)
    for row in [5, 13] { for column in 0..<4 { rows.vectors[row * 4 + column] = 0 } }
    let predicted = predictions(rows) { key, _ in
      key == Key(article: 1, chunk: 7) ? [0, 0, 0, 0] : neighbour(rows, key, 0)
    }
    // Two predictions and their one zero candidate; among all chunks one more.
    #expect(try Self.ranks(rows, predicted, .article).zeroVectors == 3)
    #expect(try Self.ranks(rows, predicted, .all).zeroVectors == 4)
  }

  /// Without the context's chunks there are fewer candidates, and a copy of the last chunk no longer ranks second.
  @Test(arguments: RetrievalRank.Scope.allCases) func contextsAreNoCandidatesOnRequest(
    _ scope: RetrievalRank.Scope
  ) throws {
    let rows = Frame.random([(1, Array(0..<12)), (2, Array(0..<9))], dim: 5)
    let predicted = predictions(rows) { key, _ in key.chunk >= 2 ? neighbour(rows, key, -1) : neighbour(rows, key, 0) }
    var ranks = RetrievalRank(
      try articleStore(rows), scope: scope, minimumChunks: 1,
      excluding: RetrievalRank.Context(count: 2, offset: 1), product: PairwiseProducts.plain)
    try predicted.withBlock { try ranks.add($0) }
    try ranks.finish()
    let plain = ranks.figures(seed: 1)
    let found = ranks.figuresWithoutContext(seed: 1)
    let without = try #require(found)
    let expected = (0..<predicted.rows).map { row -> (rank: Int, candidates: Int) in
      let key = predicted.keys[row]
      let others = (0..<rows.rows).filter { index in
        let chunk = rows.keys[index]
        let isContext = chunk.article == key.article && chunk.chunk < key.chunk && chunk.chunk + 2 >= key.chunk
        return !isContext && (scope == .all || chunk.article == key.article)
      }
      let own = plainCosine(predicted.vector(row), neighbour(rows, key, 0))
      let closer = others.filter { plainCosine(predicted.vector(row), rows.vector($0)) > own + 1e-12 }
      return (closer.count + 1, others.count)
    }
    let count = Double(expected.count)
    #expect(isClose(without.meanRank, expected.reduce(0) { $0 + Double($1.rank) } / count, 1e-12))
    #expect(isClose(without.chanceRecallAt1, expected.reduce(0) { $0 + 1 / Double($1.candidates) } / count, 1e-12))
    #expect(without.meanRank < plain.meanRank && without.chanceRecallAt1 > plain.chanceRecallAt1)
    var never = try Self.ranks(rows, predicted, scope)
    let none = never.figuresWithoutContext(seed: 1)
    #expect(none == nil)
  }
}
