public import Checkpoints
internal import Failures
internal import JSON
public import Kernels
public import Networks

/// A checkpoint made ready for one more epoch of training, and made again of what the epoch leaves.
public struct TrainingCheckpoint {
  /// What is to be other than the checkpoint or the recipe has it.
  public struct Changes: Hashable, Sendable {
    /// nil for the checkpoint's own.
    public var recipe: Recipe?
    /// Windows of a step.
    public var batch: Int?
    /// AdamW's learning rate.
    public var learningRate: Double?
    /// The share of activations that training sets to 0.
    public var dropout: Double?
    /// The seed of all chance in training.
    public var seed: UInt64?
    /// nil for the one after the checkpoint's last.
    public var epoch: Int?

    /// Changes nothing.
    public init() {}
  }

  /// The architecture and its sizes.
  public let configuration: Configuration
  /// What is trained.
  public let learner: Learner<Float>
  /// How far the training has come.
  public var progress: TrainingProgress
  /// Counted from 1.
  public let epoch: Int
  private let notes: [String: String]

  /// - Throws: `Failure` `.badData` where the checkpoint's training state is malformed or its epoch is another, `.usage`
  ///   where there is no recipe.
  public init(_ checkpoint: Checkpoint, _ changes: Changes) throws {
    var configuration = checkpoint.configuration
    configuration.dropout = changes.dropout ?? configuration.dropout
    let network = try configuration.network()
    guard configuration.architecture != .ridge else {
      throw Failure(.badData, "a ridge predictor is fitted at once, not trained", hint: "ridge-fit fits one")
    }
    let progress = try Self.progress(checkpoint, changes)
    let verifier =
      !progress.recipe.terms.contains(where: \.needs.orderVerifier)
      ? nil
      : VerifierHead<Float>(
        dim: configuration.dim, dropout: configuration.dropout, capacity: progress.recipe.batch, seed: progress.seed)
    if let training = checkpoint.training { try verifier?.load(training) }
    learner = Learner(
      network, parameters: checkpoint.parameters, optimizer: try Self.optimizer(checkpoint, network, progress),
      options: checkpoint.options, verifier: verifier)
    epoch = try Self.epoch(changes.epoch, after: progress)
    (self.configuration, self.progress, notes) = (configuration, progress, checkpoint.notes)
  }

  /// How far the training has come, with the recipe and the seed that it continues with.
  private static func progress(_ checkpoint: Checkpoint, _ changes: Changes) throws -> TrainingProgress {
    let state = checkpoint.training?.state ?? .null
    let known = state == .null ? nil : try TrainingProgress(state)
    guard var recipe = changes.recipe ?? known?.recipe else {
      throw Failure(.usage, "has no recipe yet: expected --recipe")
    }
    recipe.batch = changes.batch ?? recipe.batch
    recipe.learningRate = changes.learningRate ?? recipe.learningRate
    guard var known else { return TrainingProgress(recipe: recipe, seed: changes.seed ?? 17) }
    known.follow(recipe)
    known.seed = changes.seed ?? known.seed
    return known
  }

  private static func epoch(_ asked: Int?, after progress: TrainingProgress) throws -> Int {
    guard !progress.history.isEmpty else { return asked ?? 1 }
    let next = progress.epoch + 1
    guard let asked, asked != next else { return next }
    throw Failure(
      .badData, "epoch \(progress.epoch) is done: expected --epoch \(next), found --epoch \(asked)",
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

  /// What the epoch leaves behind; `progress` has ended it.
  public var checkpoint: Checkpoint {
    var state = TrainingState(
      state: progress.json,
      moments: TrainingState.Moments(first: learner.optimizer.first, second: learner.optimizer.second))
    learner.verifier?.save(to: &state)
    var checkpoint = Checkpoint(
      configuration: configuration, parameters: learner.parameters,
      options: learner.options(progress.recipe, epoch: epoch), training: state)
    checkpoint.notes = notes
    return checkpoint
  }
}
