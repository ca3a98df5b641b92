import Evaluation
import Failures
import TestSupport
import Testing
import Vectors

@Suite struct OffsetSweepTests {
  static func sweep(
    _ rows: Frame, _ predicted: Frame, _ offsets: ClosedRange<Int> = -3...3, origin: Origin = .lastContext,
    cuts: [Int] = []
  ) throws -> OffsetSweep {
    var sweep = OffsetSweep(try articleStore(rows), offsets: offsets, origin: origin)
    for frame in predicted.cut(before: cuts) { try frame.withBlock { try sweep.add($0) } }
    return sweep
  }

  /// Windows that have all chunks of the sweep, and the mean cosine at each offset.
  private static func direct(
    _ rows: Frame, _ predicted: Frame, _ offsets: ClosedRange<Int>, _ origin: Origin
  ) -> (windows: Int, skipped: Int, means: [Double]) {
    let shift = origin == .lastContext ? 1 : 0
    let first = (0..<predicted.rows).filter { predicted.keys[$0].step == 1 }
    let inside = first.filter { row in
      offsets.allSatisfy { rows.row(predicted.keys[row].article, Int(predicted.keys[row].chunk) + $0 - shift) != nil }
    }
    let means = offsets.map { k in
      inside.reduce(0.0) {
        $0 + plainCosine(predicted.vector($1), neighbour(rows, predicted.keys[$1], k - shift))
      } / Double(inside.count)
    }
    return (inside.count, first.count - inside.count, means)
  }

  @Test(arguments: Origin.allCases, [-3...3, 0...1, -1...4]) func figuresByTheirDefinition(
    _ origin: Origin, _ offsets: ClosedRange<Int>
  ) throws {
    let rows = Frame.random(someArticles, dim: 5)
    let predicted = predictions(rows, horizon: 2, mixed(rows))
    var found = try Self.sweep(rows, predicted, offsets, origin: origin)
    let direct = Self.direct(rows, predicted, offsets, origin)
    #expect(direct.windows > 5)
    #expect(found.windows == direct.windows)
    #expect(found.outsideArticle == direct.skipped)
    let figures = found.figures(seed: 1)
    #expect(isClose(figures.means, direct.means, 1e-6))
    let index = origin.predicted - offsets.lowerBound
    let others = direct.means.enumerated().filter { $0.offset != index }.map(\.element)
    #expect(isClose(figures.predicted, direct.means[index], 1e-6))
    #expect(isClose(figures.margin, direct.means[index] - (others.max() ?? 0), 1e-6))
    let interval = try #require(figures.marginInterval)
    #expect(interval.contains(figures.margin))
    for (mean, interval) in zip(figures.means, try #require(figures.intervals)) { #expect(interval.contains(mean)) }
  }

  @Test func neitherCutNorOrderMatters() throws {
    let rows = Frame.random(someArticles, dim: 5)
    let predicted = predictions(rows, mixed(rows))
    var whole = try Self.sweep(rows, predicted)
    let expected = whole.figures(seed: 3)
    for seed in 1...20 as ClosedRange<UInt64> {
      var found = try Self.sweep(
        rows.shuffled(seed: seed), predicted.shuffled(seed: seed + 50), cuts: [Int(seed), 25, 26, 40])
      let figures = found.figures(seed: 3)
      #expect(found.windows == whole.windows && found.outsideArticle == whole.outsideArticle)
      #expect(found.zeroVectors == whole.zeroVectors && found.articles == whole.articles)
      #expect(isClose(figures.means, expected.means, 1e-12))
      #expect(isClose(figures.marginInterval?.lowerBound, expected.marginInterval?.lowerBound, 1e-12))
      #expect(isClose(figures.marginInterval?.upperBound, expected.marginInterval?.upperBound, 1e-12))
    }
  }

  /// Whoever returns a chunk is seen to return it.
  @Test(arguments: -2...2) func aPredictorThatReturnsAChunkPeaksThere(_ distance: Int) throws {
    let rows = Frame.random([(1, Array(0..<40)), (2, Array(0..<30))], dim: 16)
    let predicted = predictions(rows) { key, _ in neighbour(rows, key, distance) }
    var last = try Self.sweep(rows, predicted)
    let figures = last.figures(seed: 1)
    #expect(isClose(figures.means[distance + 4], 1, 1e-6))
    #expect(figures.means.max() == figures.means[distance + 4])
    #expect((figures.margin > 0) == (distance == 0))
    var target = try Self.sweep(rows, predicted, origin: .target)
    #expect(isClose(target.figures(seed: 1).means[distance + 3], 1, 1e-6))
  }

  @Test func zeroVectorsHaveCosineZeroAndCount() throws {
    var rows = Frame.random([(1, Array(0..<12))], dim: 4)
    for column in 0..<4 { rows.vectors[5 * 4 + column] = 0 }
    let predicted = predictions(rows) { key, _ in key.chunk == 7 ? [0, 0, 0, 0] : neighbour(rows, key, 0) }
    var found = try Self.sweep(rows, predicted, 0...1)
    // Predictions of chunks 5 and 7, and chunk 5.
    #expect(found.zeroVectors == 3)
    let figures = found.figures(seed: 1)
    // Ten windows; that of chunk 5 has a zero target, that of chunk 7 a zero prediction.
    #expect(isClose(figures.predicted, 0.8, 1e-6))
    #expect(figures.intervals == nil && figures.marginInterval == nil)
  }

  @Test func aPredictionOfNoChunkIsNamed() throws {
    let rows = Frame.random(someArticles, dim: 3)
    for key in [
      Key(article: 5, chunk: 0, step: 1), Key(article: 4, chunk: 7, step: 1), Key(article: 3, chunk: .max, step: 1),
    ] {
      var predicted = predictions(rows, mixed(rows))
      predicted.append(key, [1, 2, 3])
      let failure = #expect(throws: Failure.self) { try Self.sweep(rows, predicted) }
      #expect(failure?.status == .badData)
      #expect(failure?.problem.contains("\(key)") == true)
    }
  }

  @Test func aPredictionThatComesTwiceIsNamed() throws {
    let rows = Frame.random(someArticles, dim: 3)
    var predicted = predictions(rows, mixed(rows))
    predicted.append(predicted.keys[2], [1, 2, 3])
    let failure = #expect(throws: Failure.self) { try Self.sweep(rows, predicted) }
    #expect(failure?.status == .badData)
    #expect(failure?.problem.contains("\(predicted.keys[2])") == true)
  }

  @Test func laterStepsAreNeitherCountedNorSkipped() throws {
    let rows = Frame.random(someArticles, dim: 3)
    var one = try Self.sweep(rows, predictions(rows, horizon: 1, mixed(rows)))
    var five = try Self.sweep(rows, predictions(rows, horizon: 5, mixed(rows)))
    #expect(one.windows == five.windows && one.outsideArticle == five.outsideArticle)
    #expect(one.figures(seed: 1).means == five.figures(seed: 1).means)
  }
}
