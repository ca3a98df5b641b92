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
  /// (256, dim): what a baseline predicts.
  private let baseline: Matrix<Scalar>
  private let arena = Arena<Scalar>()
  /// (dim): the mean of the training targets, to compare with; nil where it is not known. Set it before the first window.
  public var constant: [Double]?
  private var baselines: [String: ValidationFigures.Baseline] = [:]
  /// (dim): sums of unit outputs and of unit targets.
  private var outputs: [Double]
  private var targets: [Double]
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
    baseline = arena.matrix(rows: Self.bank, columns: dim)
    outputs = [Double](repeating: 0, count: dim)
    targets = outputs
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
    means.baselines = baselines.mapValues {
      ValidationFigures.Baseline(
        cosineNext: $0.cosineNext / count, cosinePrevious: $0.cosinePrevious / count,
        cosineLast: $0.cosineLast / count)
    }
    func spread(_ sums: [Double]) -> Double { 1 - sums.reduce(0) { $0 + ($1 / count) * ($1 / count) } }
    if spread(targets) > 1e-6 { means.spread = spread(outputs) / spread(targets) }
    return means
  }

  private func score() {
    batch.close()
    defer { batch.reset() }
    let windows = batch.windows
    let rows = batch.roles.context * windows
    workspace.contexts.columns(0..<batch.dim).first(rows).copy(from: batch.contexts.first(rows))
    workspace.forward(parameters, windows: windows, options: options)
    load(workspace.output.first(windows))
    add(losses.statistics, Double(windows))
    sums.windows += windows
    losses.loadCross()
    sums.recall += Double((0..<windows).count { losses.rank(ofTargetOf: $0) <= Self.hits })
    addDirections(of: workspace.output.first(windows), to: &outputs)
    addDirections(of: batch.targets.first(windows), to: &targets)
    // The workspace's output is not needed any more.
    if sums.windows == windows { sums.contextUse = contextUse() }
    for name in ValidationFigures.baselineNames { addBaseline(name) }
  }

  private func addDirections(of vectors: Matrix<Scalar>, to sums: inout [Double]) {
    for row in 0..<vectors.rows {
      let vector = vectors.row(row)
      let length = vector.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      guard length > 0 else { continue }
      for entry in 0..<vector.count { sums[entry] += Double(vector[entry]) / length }
    }
  }

  // MARK: - What a predictor scores that has learned nothing

  private func addBaseline(_ name: String) {
    let windows = batch.windows
    let output = baseline.first(windows)
    func slot(_ slot: Int) -> Matrix<Scalar> { batch.contexts.rows(slot * windows..<(slot + 1) * windows) }
    switch name {
    case "constant":
      guard let constant else { return }
      for row in 0..<windows {
        let vector = output.row(row)
        for entry in 0..<vector.count { vector[entry] = Scalar(constant[entry]) }
      }
    case "copy-last": output.copy(from: slot(batch.roles.context - 1))
    default:
      output.copy(from: slot(0))
      for other in 1..<max(batch.roles.context, 1) { output.add(slot(other), scale: 1) }
    }
    load(output)
    let (means, count) = (losses.statistics, Double(windows))
    var sum = baselines[name] ?? ValidationFigures.Baseline(cosineNext: 0, cosinePrevious: 0, cosineLast: 0)
    sum.cosineNext += count * means.next
    sum.cosinePrevious += count * means.previous
    sum.cosineLast += count * means.last
    baselines[name] = sum
  }

  private func load(_ output: Matrix<Scalar>) {
    losses.load(
      LossBatch(
        output: output, target: batch.targets.first(batch.windows), previous: batch.previous(previous),
        contexts: batch.contexts.first(batch.roles.context * batch.windows)))
  }

  // MARK: - Whether the context matters

  /// Nil for a single window, which has no other.
  private func contextUse() -> ValidationFigures.ContextUse? {
    let windows = batch.windows
    guard windows >= 2 else { return nil }
    let whole = (0..<windows).map { losses.cosine(.next, window: $0) }
    let context = batch.roles.context
    func change(_ slotAndWindow: (Int, Int) -> (Int, Int)) -> ValidationFigures.Change {
      let rows = workspace.contexts.columns(0..<batch.dim)
      for slot in 0..<context {
        for window in 0..<windows {
          let (otherSlot, other) = slotAndWindow(slot, window)
          rows.rows(slot * windows + window..<slot * windows + window + 1)
            .copy(from: batch.contexts.rows(otherSlot * windows + other..<otherSlot * windows + other + 1))
        }
      }
      workspace.forward(parameters, windows: windows, options: options)
      load(workspace.output.first(windows))
      let changes = (0..<windows).map { losses.cosine(.next, window: $0) - whole[$0] }
      let (mean, count) = (changes.reduce(0, +) / Double(windows), Double(windows))
      let variance = changes.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
      return ValidationFigures.Change(mean: mean, error: (variance / count).squareRoot())
    }
    // Half a batch away: windows that follow each other share most of their chunks.
    return ValidationFigures.ContextUse(
      reversed: change { (context - 1 - $0, $1) }, other: change { ($0, ($1 + windows / 2) % windows) })
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
