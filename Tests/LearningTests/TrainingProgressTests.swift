import Failures
import JSON
import Learning
import Testing

@Suite struct TrainingProgressTests {
  private func training(loss: Double = 0.5) -> StepFigures {
    var figures = StepFigures()
    (figures.windows, figures.loss, figures.cosineNext, figures.cosinePrevious) = (320, loss, 0.5, 0.4)
    return figures
  }

  private func scores(_ error: Double) -> ValidationFigures? {
    let json: JSON = [
      "windows": 40, "cos_next": 0.5, "cos_prev": 0.45, "cos_last": 0.3, "cos_anchor": 0.6, "mse": .number(error),
      "r_at_5": 0.25,
    ]
    return ValidationFigures(json)
  }

  @Test func whatIsKeptIsReadBack() throws {
    var progress = TrainingProgress(recipe: try RecipeFolder.recipe("p6b-v2.3"), seed: UInt64.max)
    for epoch in 1...6 { _ = progress.end(epoch, step: 10 * epoch, training: training(), validation: scores(0.3)) }
    let text = progress.json.text
    let again = try TrainingProgress(try JSON(parsing: text))
    #expect(again == progress)
    #expect(again.json.text == text)
    #expect((again.epoch, again.step, again.seed) == (6, 60, UInt64.max))
    // Five epochs in a row were no better than the first.
    #expect(again.learningRate == 2.5e-4)
  }

  @Test func withoutAScheduleTheRateStays() throws {
    var progress = TrainingProgress(recipe: try RecipeFolder.recipe("p7-ranker"), seed: 1)
    for epoch in 1...9 { _ = progress.end(epoch, step: epoch, training: training(), validation: scores(0.3)) }
    #expect(progress.plateau == nil)
    #expect(progress.learningRate == 5e-4)
    #expect(
      progress.history.map { $0.terms.contains("teacher-pull") } == [true, true] + Array(repeating: false, count: 7))
  }

  @Test func withoutScoresThereAreNoAlarms() throws {
    var progress = TrainingProgress(recipe: try RecipeFolder.recipe("p1-baseline"), seed: 1)
    #expect(progress.end(1, step: 1, training: training(), validation: nil).isEmpty)
    #expect(try TrainingProgress(progress.json) == progress)
  }

  @Test(arguments: ["recipe", "seed", "step", "history", "plateau"])
  func whatIsMissingIsNamed(_ key: String) throws {
    var progress = TrainingProgress(recipe: try RecipeFolder.recipe("p1-baseline"), seed: 1)
    _ = progress.end(1, step: 1, training: training(), validation: scores(0.2))
    var members = try #require(progress.json.object)
    members[key] = nil
    do {
      _ = try TrainingProgress(.object(members))
      Issue.record("it is read")
    } catch let failure as Failure {
      #expect(failure.places == ["training state", key])
    }
  }

  @Test func meansWeighByWindows() {
    var sum = StepFigures()
    var short = training(loss: 1.5)
    (short.windows, short.skipped, short.terms) = (80, 1, ["mse": 2])
    var long = training(loss: 0.5)
    (long.skipped, long.terms) = (2, ["mse": 1])
    sum.merge(long)
    sum.merge(short)
    #expect((sum.windows, sum.skipped) == (400, 3))
    #expect(abs(sum.loss - 0.7) < 1e-12)
    #expect(abs((sum.terms["mse"] ?? 0) - 1.2) < 1e-12)
  }
}
