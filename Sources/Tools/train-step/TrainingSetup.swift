import Checkpoints
import Commands
import Failures
import JSON
import Kernels
import Learning
import Networks

/// A checkpoint made ready for one more epoch.
struct TrainingSetup {
  let configuration: Configuration
  let notes: [String: String]
  let learner: Learner<Float>
  var progress: TrainingProgress
  /// Counted from 1.
  let epoch: Int

  init(_ arguments: Arguments) throws {
    let path = arguments[TrainStep.model]
    let given = try arguments[TrainStep.recipe].map { try RecipeFile.load($0) }
    var checkpoint = try Checkpoint.load(path, trainingState: true)
    if let dropout = arguments[TrainStep.dropout] { checkpoint.configuration.dropout = dropout }
    let network = try at(path) { [configuration = checkpoint.configuration] in try configuration.network() }
    guard checkpoint.configuration.architecture != .ridge else {
      throw Failure(.badData, "a ridge predictor is fitted at once, not trained", at: path, hint: "ridge-fit fits one")
    }
    (configuration, notes) = (checkpoint.configuration, checkpoint.notes)
    progress = try at(path) { try Self.progress(checkpoint, given, arguments) }
    epoch = try Self.epoch(after: progress, arguments, path)
    let optimizer = try at(path) { [progress] in try Self.optimizer(checkpoint, network, progress) }
    let hasVerifier = progress.recipe.term(.orderVerifier) != nil
    let verifier =
      hasVerifier
      ? VerifierHead<Float>(
        dim: configuration.dim, dropout: configuration.dropout, capacity: progress.recipe.batch, seed: progress.seed)
      : nil
    if let verifier, let training = checkpoint.training { try at(path) { try verifier.load(training) } }
    learner = Learner(
      network, parameters: checkpoint.parameters, optimizer: optimizer, conditions: checkpoint.conditions, verifier: verifier)
  }

  /// Where the training stands, under the recipe and the seed it goes on with.
  private static func progress(
    _ checkpoint: Checkpoint, _ given: Recipe?, _ arguments: Arguments
  ) throws -> TrainingProgress {
    let state = checkpoint.training?.state ?? .null
    let known = state == .null ? nil : try TrainingProgress(state)
    guard var recipe = given ?? known?.recipe else {
      throw arguments.refusal(of: TrainStep.recipe, expected: "a recipe: the checkpoint has none yet")
    }
    recipe.batch = arguments[TrainStep.batch] ?? recipe.batch
    recipe.learningRate = arguments[TrainStep.rate] ?? recipe.learningRate
    let asked = arguments.wasGiven(CommonOptions.seed) ? arguments.seed : nil
    guard var known else { return TrainingProgress(recipe: recipe, seed: asked ?? arguments.seed) }
    known.follow(recipe)
    known.seed = asked ?? known.seed
    return known
  }

  private static func epoch(after progress: TrainingProgress, _ arguments: Arguments, _ path: String) throws -> Int {
    let asked = arguments[TrainStep.epoch]
    guard !progress.history.isEmpty else { return asked ?? 1 }
    let next = progress.epoch + 1
    guard let asked, asked != next else { return next }
    throw Failure(
      .badData, "epoch \(progress.epoch) is done: expected --epoch \(next), found --epoch \(asked)", at: path,
      hint: "an epoch is repeated from the checkpoint before it")
  }

  private static func optimizer(
    _ checkpoint: Checkpoint, _ network: any Network, _ progress: TrainingProgress
  ) throws -> Optimizer<Float> {
    let optimizer = Optimizer<Float>(
      network.layout, rule: AdamW(learningRate: progress.learningRate, decay: progress.recipe.weightDecay))
    guard let moments = checkpoint.training?.moments else {
      guard progress.step == 0 else {
        throw Failure(.badData, "has made \(progress.step) steps, but its optimizer's moments are missing")
      }
      return optimizer
    }
    optimizer.first.all.copy(from: moments.first.all)
    optimizer.second.all.copy(from: moments.second.all)
    return optimizer
  }

  /// What the epoch leaves behind.
  func checkpoint() -> Checkpoint {
    var state = TrainingState(
      state: progress.json, moments: TrainingState.Moments(first: learner.optimizer.first, second: learner.optimizer.second))
    learner.verifier?.save(to: &state)
    var checkpoint = Checkpoint(
      configuration: configuration, parameters: learner.parameters,
      conditions: learner.conditions(progress.recipe, epoch: epoch), training: state)
    checkpoint.notes = notes
    return checkpoint
  }
}
