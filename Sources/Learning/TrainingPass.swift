public import Kernels
internal import Networks
public import Vectors

/// One pass of training over a stream of windows: each batch of consecutive windows moves the parameters by one step.
///
/// Everything follows from the parameters and moments it starts with, the windows, the recipe, the seed, and the number
/// of the step: the same on any number of threads but for the last bits of products, and the same whether training was
/// stopped before or not.
public final class TrainingPass<Scalar: Real> {
  /// Where in a training the pass is.
  public struct Position: Hashable, Sendable {
    /// Counted from 1.
    public var epoch: Int
    /// Steps of the optimizer before it.
    public var step: Int
    /// The seed of all chance in the training.
    public var seed: UInt64
    /// AdamW's learning rate in the epoch.
    public var learningRate: Double

    /// Creates a position.
    public init(epoch: Int, step: Int, seed: UInt64, learningRate: Double) {
      self.epoch = epoch
      self.step = step
      self.seed = seed
      self.learningRate = learningRate
    }
  }

  let position: Position
  /// Steps of the optimizer so far, over all epochs.
  public private(set) var step: Int
  /// AdamW's learning rate in the last step.
  public private(set) var learningRate: Double
  /// Windows that were left over: a single one makes no batch.
  public private(set) var leftOver = 0

  let recipe: Recipe
  let learner: Learner<Scalar>
  let gradients: Parameters<Scalar>
  let workspace: any Workspace<Scalar>
  let losses: Losses<Scalar>
  let batch: WindowBatch<Scalar>
  let chain: RolloutChain<Scalar>?
  /// The weight of the rollout in the present step; nil if it does not count.
  var rolloutWeight: Double?
  /// The terms that count in the epoch.
  let terms: [RecipeTerm]
  private let augmentation: Augmentation?
  /// (dim).
  private var targetSums: [Double]
  private var targetCount = 0

  /// - Parameters:
  ///   - learner: what is trained, changed in place.
  ///   - roles: of the windows.
  /// - Throws: `Failure` `.badData` where the windows do not fit the network, or lack what a term of the epoch needs.
  public init(_ learner: Learner<Scalar>, recipe: Recipe, roles: Roles, dim: Int, at position: Position) throws {
    let network = learner.network
    try Self.check(network.configuration, roles, dim: dim, previous: recipe.data.previous)
    terms = recipe.terms.filter { $0.isActive(epoch: position.epoch) }
    try Self.check(terms, roles)
    (self.learner, self.recipe, self.position, step) = (learner, recipe, position, position.step)
    learningRate = position.learningRate
    gradients = Parameters(network.layout)
    let capacity = recipe.batch
    workspace = network.makeWorkspace(Scalar.self, capacity: capacity, training: true, contextGradient: false)
    batch = WindowBatch(dim: dim, roles: roles, capacity: capacity)
    losses = Losses(
      capacity: capacity, dim: dim, contexts: roles.context, negatives: roles.slots(of: "negative").count,
      futures: roles.slots(of: "future").count)
    let horizon = terms.map(\.needs.horizon).max() ?? 0
    chain = horizon > 0 ? RolloutChain(network, capacity: capacity, horizon: horizon, seed: position.seed) : nil
    augmentation = recipe.augmentation
    targetSums = [Double](repeating: 0, count: dim)
  }

  /// Takes a window of a block; where that fills a batch, makes a step.
  ///
  /// - Returns: the step's figures.
  /// - Throws: `Divergence`.
  public func add(_ block: VectorBlock, _ window: Int) throws -> StepFigures? {
    batch.append(block, window)
    return batch.isFull ? try takeStep() : nil
  }

  /// Makes a step of what is left, if that is two windows or more.
  public func finish() throws -> StepFigures? {
    guard batch.windows >= 2 else {
      leftOver = batch.windows
      return nil
    }
    return try takeStep()
  }

  /// (dim): the mean of all targets so far, each window counting once; nil before the first.
  public var meanTarget: [Double]? { targetCount > 0 ? targetSums.map { $0 / Double(targetCount) } : nil }

  /// The mean length of the last batch's targets.
  public var meanTargetLength: Double { losses.meanTargetLength }

  private func takeStep() throws -> StepFigures {
    batch.close()
    defer { batch.reset() }
    step += 1
    let options = options
    let windows = batch.windows
    addTargets()
    fillContexts()
    workspace.forward(learner.parameters, windows: windows, options: options)
    losses.load(lossBatch())
    var figures = figures()
    let hasGradients = try addTerms(to: &figures)
    workspace.backward(
      learner.parameters, windows: windows, options: options, into: gradients, adding: hasGradients)
    learningRate = position.learningRate * (recipe.schedule?.factor(step: step, epoch: position.epoch) ?? 1)
    try learner.move(gradients, recipe, learningRate: learningRate, step: step, &figures)
    return figures
  }

  private func addTargets() {
    targetSums.withUnsafeMutableBufferPointer { sums in
      for window in 0..<batch.windows {
        let target = batch.targets.row(window)
        for entry in 0..<sums.count { sums[entry] += Double(target[entry]) }
      }
    }
    targetCount += batch.windows
  }

  /// What the network's output depends on in this step.
  var options: ForwardOptions {
    var options = learner.options(recipe, epoch: position.epoch)
    options.noise = Noise(seed: position.seed, step: step)
    return options
  }

  /// The windows' contexts as the network sees them: augmented, while losses see them as they are.
  private func fillContexts() {
    let rows = batch.roles.context * batch.windows
    let contexts = workspace.contexts.columns(0..<batch.dim).first(rows)
    contexts.copy(from: batch.contexts.first(rows))
    augmentation?.apply(
      to: contexts, windows: batch.windows, noise: Noise(seed: position.seed, step: step))
  }

  private func lossBatch() -> LossBatch<Scalar> {
    let windows = batch.windows
    func slots(_ matrix: Matrix<Scalar>?, _ role: String) -> Matrix<Scalar>? {
      matrix.map { $0.first(batch.roles.slots(of: role).count * windows) }
    }
    return LossBatch(
      output: workspace.output.first(windows), target: batch.targets.first(windows),
      previous: batch.previous(recipe.data.previous), contexts: batch.contexts.first(batch.roles.context * windows),
      negatives: slots(batch.negatives, "negative"), futures: slots(batch.futures, "future"),
      weights: batch.weights.columns(0..<windows))
  }

  private func figures() -> StepFigures {
    let statistics = losses.statistics
    var figures = StepFigures()
    figures.windows = batch.windows
    figures.cosineNext = statistics.next
    figures.cosinePrevious = statistics.previous
    figures.cosineLast = statistics.last
    figures.cosineAnchor = statistics.centroid
    return figures
  }
}

extension WindowBatch {
  /// (n, dim): the vectors that a recipe calls previous. The batch is closed.
  func previous(_ which: Recipe.Previous) -> Matrix<Scalar> {
    func slot(_ slot: Int) -> Matrix<Scalar> { contexts.rows(slot * windows..<(slot + 1) * windows) }
    return switch which {
    case .last: slot(roles.context - 1)
    case .secondLast: slot(roles.context - 2)
    case .slot: (previous ?? targets).first(windows)
    }
  }
}
