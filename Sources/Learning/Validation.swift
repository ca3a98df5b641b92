public import Kernels
public import Networks
public import Vectors

/// Scores a model on a stream of windows, 256 at a time.
public final class Validation<Scalar: Real> {
  /// Windows whose targets are ranked together.
  public static var bank: Int { 256 }
  /// Ranks that are a hit.
  private static var hits: Int { 5 }

  private let parameters: Parameters<Scalar>
  private let options: ForwardOptions
  private let previous: Recipe.Previous
  private let workspace: any Workspace<Scalar>
  private let losses: Losses<Scalar>
  private let batch: WindowBatch<Scalar>
  private var sums = ValidationFigures(
    windows: 0, cosineNext: 0, cosinePrevious: 0, cosineLast: 0, cosineAnchor: 0, error: 0, recall: 0)

  /// - Throws: `Failure` `.badData` where the windows do not fit the network.
  public init(
    _ learner: Learner<Scalar>, roles: Roles, dim: Int, previous: Recipe.Previous, options: ForwardOptions
  ) throws {
    try TrainingPass<Scalar>.check(learner.network.configuration, roles, dim: dim, previous: previous)
    (parameters, self.options, self.previous) = (learner.parameters, options, previous)
    workspace = learner.network.makeWorkspace(Scalar.self, capacity: Self.bank, training: false, contextGradient: false)
    losses = Losses(capacity: Self.bank, dim: dim, contexts: roles.context)
    batch = WindowBatch(dim: dim, roles: roles, capacity: Self.bank)
  }

  /// Adds a window of a block; scores the batch when it is full.
  public func add(_ block: VectorBlock, _ window: Int) {
    batch.append(block, window)
    if batch.isFull { score() }
  }

  /// The figures of all windows; nil where there were none.
  public func finish() -> ValidationFigures? {
    if batch.windows > 0 { score() }
    guard sums.windows > 0 else { return nil }
    var means = sums
    let count = Double(sums.windows)
    means.cosineNext /= count
    means.cosinePrevious /= count
    means.cosineLast /= count
    means.cosineAnchor /= count
    means.error /= count
    means.recall /= count
    return means
  }

  private func score() {
    batch.close()
    defer { batch.reset() }
    let windows = batch.windows
    let rows = batch.roles.context * windows
    workspace.contexts.columns(0..<batch.dim).first(rows).copy(from: batch.contexts.first(rows))
    workspace.forward(parameters, windows: windows, options: options)
    losses.load(
      LossBatch(
        output: workspace.output.first(windows), target: batch.targets.first(windows),
        previous: batch.previous(previous),
        contexts: batch.contexts.first(rows)))
    add(losses.statistics, Double(windows))
    sums.windows += windows
    losses.loadCross()
    sums.recall += Double((0..<windows).count { losses.rank(ofTargetOf: $0) <= Self.hits })
  }

  private func add(_ means: LossStatistics, _ count: Double) {
    sums.cosineNext += count * means.next
    sums.cosinePrevious += count * means.previous
    sums.cosineLast += count * means.last
    sums.cosineAnchor += count * means.centroid
    sums.error += count * means.unitMSE
  }
}

extension Losses {
  /// 1 + the number of targets of the batch that are nearer to a window's output than its own; `loadCross()` first.
  func rank(ofTargetOf window: Int) -> Int {
    let cross = figures.cross
    let own = cross[window, window]
    return 1 + (0..<figures.windows).count { cross[window, $0] > own }
  }
}
