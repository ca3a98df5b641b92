import Evaluation
import Failures
import TestSupport
import Testing
import Vectors

@Suite struct RolloutScoresTests {
  static func scores(
    _ rows: Frame, _ predicted: Frame, origin: Origin = .lastContext, horizon: Int? = nil, steps: Int? = nil,
    cuts: [Int] = []
  ) throws -> RolloutScores {
    var scores = RolloutScores(try articleStore(rows), origin: origin, horizon: horizon, steps: steps)
    for frame in predicted.cut(before: cuts) { try frame.withBlock { try scores.add($0) } }
    try scores.finish()
    return scores
  }

  @Test(arguments: Origin.allCases, [1, 2, 4]) func figuresByTheirDefinition(_ origin: Origin, _ horizon: Int) throws {
    let rows = Frame.random(someArticles, dim: 5)
    let predicted = predictions(rows, horizon: 4, mixed(rows))
    var found = try Self.scores(rows, predicted, origin: origin, horizon: horizon == 4 ? nil : horizon)
    let ahead = origin == .target ? 1 : 0
    let starts = stride(from: 0, to: predicted.rows, by: 4)
    let inside = starts.filter { row in
      (0..<horizon).allSatisfy {
        rows.row(predicted.keys[row].article, Int(predicted.keys[row].chunk) + $0 + ahead) != nil
      }
    }
    #expect(found.windows == inside.count && found.windows > 3)
    #expect(found.outsideArticle == predicted.rows / 4 - inside.count)
    let perStep = (0..<horizon).map { h in
      inside.reduce(0.0) {
        $0 + plainCosine(predicted.vector($1 + h), neighbour(rows, predicted.keys[$1], h + ahead))
      } / Double(inside.count)
    }
    let figures = found.figures(seed: 1)
    #expect(isClose(figures.perStep, perStep, 1e-6))
    #expect(isClose(figures.mean, perStep.reduce(0, +) / Double(horizon), 1e-6))
    #expect(try #require(figures.meanInterval).contains(figures.mean))
    #expect(figures.intervals?.count == horizon)
    #expect(found.horizon == horizon)
  }

  @Test func windowsMayBeCutAnywhere() throws {
    let rows = Frame.random(someArticles, dim: 5)
    let predicted = predictions(rows, horizon: 3, mixed(rows))
    var whole = try Self.scores(rows, predicted)
    var cut = try Self.scores(rows, predicted, steps: 3, cuts: Array(1..<predicted.rows))
    #expect(whole.windows == cut.windows)
    #expect(whole.figures(seed: 2).perStep == cut.figures(seed: 2).perStep)
    #expect(whole.figures(seed: 2).meanInterval == cut.figures(seed: 2).meanInterval)
  }

  @Test func anOracleScoresOne() throws {
    let rows = Frame.random([(1, Array(0..<20)), (2, Array(0..<10))], dim: 6)
    let predicted = predictions(rows, horizon: 3) { key, step in neighbour(rows, key, step - 1) }
    var found = try Self.scores(rows, predicted)
    #expect(isClose(found.figures(seed: 1).perStep, [1, 1, 1], 1e-6))
    // The last two windows of each article predict past its end.
    #expect(found.windows == 22 && found.outsideArticle == 2 + 2)
    var late = try Self.scores(rows, predicted, origin: .target)
    #expect(late.figures(seed: 1).mean < 0.9)
  }

  /// The result for a stream in which a row is missing or misplaced.
  @Test func aMissingStepIsNamed() throws {
    let rows = Frame.random(someArticles, dim: 3)
    let whole = predictions(rows, horizon: 3, mixed(rows))
    func without(_ missing: Int) -> Frame {
      var frame = Frame(dim: 3)
      for row in 0..<whole.rows where row != missing { frame.append(whole.keys[row], whole.vector(row)) }
      return frame
    }
    // Row 3 begins a window.
    for (missing, named) in [(0, 1), (3, 4), (4, 5), (5, 3), (whole.rows - 1, whole.rows - 3)] {
      let failure = #expect(throws: Failure.self) { try Self.scores(rows, without(missing)) }
      #expect(failure?.status == .badData)
      #expect(failure?.problem.contains("\(whole.keys[named])") == true, "\(failure?.problem ?? "")")
    }
    var swapped = whole
    swapped.keys.swapAt(1, 2)
    #expect(throws: Failure.self) { try Self.scores(rows, swapped) }
    #expect(throws: Failure.self) { try Self.scores(rows, whole, horizon: 4) }
    #expect(throws: Failure.self) { try Self.scores(rows, whole, steps: 4) }
    #expect(try Self.scores(rows, whole, horizon: 3, steps: 3).windows > 0)
  }
}
