import Failures
import Glibc
import JSON
import Learning
import Networks
import Testing

@Suite struct RecipeTests {
  /// Where a recipe's fault is said to lie, and what is said.
  private func fault(_ text: String) throws -> String? {
    do {
      _ = try Recipe(try JSON(parsing: text))
      return nil
    } catch let failure as Failure {
      #expect(failure.status == .badData)
      return failure.description
    }
  }

  @Test(arguments: [
    (#"{"name": "x", "terms": [{"term": "mse", "weight": 1}], "bacth": 3}"#, "bacth: unknown key: expected one of"),
    (#"{"name": "x", "terms": [{"term": "mse", "weight": 1}], "batch": 1}"#, "batch: expected a whole number from 2"),
    (
      #"{"name": "x", "terms": [{"term": "mse", "weight": 1}], "lr": "fast"}"#,
      #"lr: expected a number from 0 to 10, found "fast""#
    ),
    (#"{"terms": [{"term": "mse", "weight": 1}]}"#, "name: expected text, found nothing"),
    (#"{"name": "x"}"#, "terms: expected a term at least"),
    (
      #"{"name": "x", "terms": [{"term": "msee", "weight": 1}]}"#,
      "terms[0].term: expected one of mse, cosine, directional-hinge"
    ),
    (#"{"name": "x", "terms": [{"term": "mse"}]}"#, "terms[0].weight: expected a number from 0 to"),
    (
      #"{"name": "x", "terms": [{"term": "mse", "weight": 1}, {"term": "positive-floor", "weight": 1}]}"#,
      "terms[1].threshold: expected a number from -1 to 1, found nothing"
    ),
    (
      #"{"name": "x", "terms": [{"term": "mse", "weight": 1}, {"term": "norm", "weight": 1, "rho": {"cop": 1}}]}"#,
      "terms[1].rho.cap: expected a number"
    ),
    (
      #"{"name": "x", "terms": [{"term": "mse", "weight": 1}, {"term": "norm", "weight": 1, "rho": {"cap": 1, "cop": 1}}]}"#,
      "terms[1].rho.cop: unknown key"
    ),
    (
      #"{"name": "x", "terms": [{"term": "mse", "weight": {"one": 2}}]}"#,
      "terms[0].weight.one: unknown key: expected the number of an epoch"
    ),
    (
      #"{"name": "x", "terms": [{"term": "mse", "weight": {"1": -2}}]}"#,
      "terms[0].weight.1: expected a number from 0 to 1000000, found -2"
    ),
    (
      #"{"name": "x", "terms": [{"term": "mse", "weight": {"ramp": 1, "epochs": 0}}]}"#,
      "terms[0].weight.epochs: expected a whole number from 1"
    ),
    (
      #"{"name": "x", "terms": [{"term": "mse", "weight": 1}, {"term": "mse", "weight": 1}]}"#,
      "terms[1].term: mse appears twice"
    ),
    (
      #"{"name": "x", "terms": [{"term": "mse", "weight": 1, "gated": true}]}"#, "terms[0].gated: expected gate_weights"
    ),
    (#"{"name": "x", "terms": [{"term": "mse", "fraction": 1}]}"#, "terms[0]: expected a weight for mse"),
    (#"{"name": "x", "terms": [{"term": "rollout", "horizon": 3, "weight": 1}]}"#, "data.futures: expected 2 at least"),
    (#"{"name": "x", "data": {"previous": "context[0]"}, "terms": []}"#, "data.previous: expected one of context[-1]"),
    (
      #"{"name": "x", "schedule": {"steps": 5, "epochs": 5}, "terms": []}"#, "schedule: expected either steps or epochs"
    ),
    (
      #"{"name": "x", "schedule": {"warmup": 5, "steps": 5}, "terms": []}"#,
      "schedule.warmup: expected fewer than steps"
    ),
    (
      #"{"name": "x", "schedule": {"steps": 5, "tail": 2}, "terms": []}"#,
      "schedule.tail: expected only with the decay wsd"
    ),
    (
      #"{"name": "x", "schedule": {"decay": "step", "steps": 5}, "terms": []}"#,
      "schedule.decay: expected one of constant, cosine, wsd"
    ),
    (#"{"name": "x", "select": "loss", "terms": []}"#, "select: expected one of cos_next, margin, r_at_5"),
    (
      #"{"name": "x", "model": {"residual": "first"}, "terms": []}"#, "model.residual: expected one of none, last, mean"
    ),
    (#"{"name": "x", "model": {"hidden": 0}, "terms": []}"#, "model.hidden: expected a whole number"),
    (#"{"name": "x", "data": 5, "terms": []}"#, "data: expected an object, found 5"),
    (#"[]"#, "recipe: expected an object, found a list"),
  ])
  func faultsNameTheirKey(_ text: String, _ expected: String) throws {
    let found = try #require(try fault(text))
    #expect(found.contains(expected), "\(found)")
  }

  @Test func whatIsNotJSONIsRefused() {
    #expect(throws: Failure.self) {
      try Array("{name: 3}".utf8).withUnsafeBytes { _ = try Recipe(parsing: $0) }
    }
  }

  private static let names = [
    "p1-baseline", "p2-residual", "p3-tiny-guards", "p4-rollout", "p5-curriculum", "p5.1-curriculum", "p6-next",
    "p6b-v1", "p6b-v2.1", "p6b-v2.2", "p6b-v2.3", "p7-ranker", "p7-margin-first", "p7-pure-margin", "p8-mixture",
    "p9-residual-mean",
  ]

  @Test(arguments: names)
  func everyRecipeReadsAndPrints(_ name: String) throws {
    let recipe = try RecipeFolder.recipe(name)
    #expect(recipe.name == name)
    let printed = recipe.json.text
    let again = try Recipe(try JSON(parsing: printed))
    #expect(again == recipe)
    #expect(again.json.text == printed)
  }

  @Test func theTableOfRecipesIsKept() throws {
    let goldilocks = try RecipeFolder.recipe("p6b-v2.3")
    #expect((goldilocks.batch, goldilocks.epochs) == (32, 12))
    #expect((goldilocks.learningRate, goldilocks.weightDecay) == (5e-4, 0.01))
    #expect((goldilocks.data.offset, goldilocks.data.previous) == (2, .secondLast))
    let direction = try #require(goldilocks.term(DirectionalGapRatio.self))
    #expect(
      (1...12).map { direction.parameter("gap_margin", epoch: $0) }
        == [0.02, 0.02, 0.03, 0.03, 0.03, 0.03, 0.04, 0.04, 0.04, 0.04, 0.04, 0.04])
    let target = try #require(direction.weight.ratio?.target)
    #expect([1, 2, 3, 6, 7, 12].map { target.value(epoch: $0) } == [0.15, 0.15, 0.20, 0.20, 0.25, 0.25])
    #expect(direction.weight.maximum == 0.018)
    let ranker = try RecipeFolder.recipe("p7-ranker")
    #expect(ranker.plateau == nil)
    #expect((ranker.batch, ranker.data.negatives, ranker.data.previous) == (64, 2, .last))
    #expect(ranker.terms.map(\.isWindowWeighted) == [true, true, false])
    let rollout = try RecipeFolder.recipe("p4-rollout")
    #expect(rollout.terms.map(\.needs.horizon).max() == 3)
    let weight = try #require(rollout.term(RolloutError.self)).weight.base
    guard case .weight(let byEpoch) = weight else { Issue.record("expected a weight"); return }
    #expect([3, 4, 6, 7, 20].map { byEpoch.value(epoch: $0) } == [0, 0.05, 0.05, 0.10, 0.10])
  }

  /// By `LambdaLR`-like arithmetic on paper: a warm-up of 4 steps, then half a cosine over 8.
  @Test func schedulesFollowTheirCurve() {
    func factors(_ schedule: Recipe.Schedule, _ steps: [Int]) -> [Double] {
      steps.map { (schedule.factor(step: $0, epoch: 1) * 1e6).rounded() / 1e6 }
    }
    let cosine = Recipe.Schedule(decay: .cosine, warmUp: 4, end: .step(12), tail: nil, floor: 0.1)
    #expect(factors(cosine, [1, 2, 4, 6, 8, 12, 99]) == [0.25, 0.5, 1, 0.868198, 0.55, 0.1, 0.1])
    let wsd = Recipe.Schedule(decay: .wsd, warmUp: 2, end: .step(12), tail: 4, floor: 0)
    #expect(factors(wsd, [1, 2, 8, 9, 11, 12, 13]) == [0.5, 1, 1, 0.75, 0.25, 0, 0])
    let fifth = Recipe.Schedule(decay: .wsd, warmUp: 2, end: .step(12), tail: nil, floor: 0)
    #expect(factors(fifth, [10, 11, 12]) == [1, 0.5, 0])
    let constant = Recipe.Schedule(decay: .constant, warmUp: 0, end: .step(3), tail: nil, floor: 0)
    #expect(factors(constant, [1, 3, 9]) == [1, 1, 1])
    let byEpoch = Recipe.Schedule(decay: .cosine, warmUp: 2, end: .epochs(4), tail: nil, floor: 0)
    #expect(byEpoch.factor(step: 1, epoch: 1) == 0.5)
    #expect(
      (1...5).map { (byEpoch.factor(step: 9, epoch: $0) * 1e6).rounded() / 1e6 } == [1, 0.853553, 0.5, 0.146447, 0])
  }

  @Test func whatARecipeSaysOfTheModelComesBack() throws {
    let text =
      #"{"name": "x", "model": {"arch": "mlp", "residual": true, "hidden": 9, "dropout": 0.25}, "terms": [{"term": "cosine", "weight": 1}], "select": "margin", "schedule": {"decay": "wsd", "epochs": 8, "tail": 3}}"#
    let recipe = try Recipe(try JSON(parsing: text))
    #expect((recipe.model.residual, recipe.model.sizes, recipe.model.dropout) == (.last, ["hidden": 9], 0.25))
    #expect(recipe.schedule == Recipe.Schedule(decay: .wsd, warmUp: 0, end: .epochs(8), tail: 3, floor: 0))
    for form in [Recipe.Form.stored, .complete] { #expect(try Recipe(recipe.json(form)) == recipe) }
  }

  @Test func rampsRiseFromNothing() {
    let ramp = EpochValue.ramp(maximum: 0.6, epochs: 4)
    #expect((1...6).map { ramp.value(epoch: $0) } == [0, 0.15, 0.3, 0.6 * 0.75, 0.6, 0.6])
  }
}

/// The recipes of this tree.
enum RecipeFolder {
  static func recipe(_ name: String) throws -> Recipe {
    let here = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let path = "/\(here)/pipelines/recipes/\(name).json"
    let file = fopen(path, "r")
    defer { if file != nil { fclose(file) } }
    guard let file else { throw Failure(.cannotOpen, "no recipe", at: path) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = fread(&bytes, 1, bytes.count, file)
    return try bytes.prefix(count).withUnsafeBytes { try Recipe(parsing: $0) }
  }
}
