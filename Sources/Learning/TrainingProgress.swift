internal import Failures
public import JSON

/// How far a training has come: what a checkpoint keeps beside parameters and moments. Nothing in it depends on the
/// machine or the clock, so that a training that was stopped and resumed gives the same bytes as one that was not.
public struct TrainingProgress: Hashable, Sendable {
  /// An epoch that is over.
  public struct Epoch: Hashable, Sendable {
    /// Counted from 1.
    public var epoch: Int
    /// Steps of the optimizer, over all epochs.
    public var step: Int
    /// The windows that were trained on.
    public var windows: Int
    /// AdamW's learning rate.
    public var learningRate: Double
    /// The mean loss over the windows.
    public var loss: Double
    /// cos_next − cos_prev of training.
    public var margin: Double
    /// Names of the terms that counted.
    public var terms: [String]
    /// The figures of the validation; nil without one.
    public var validation: ValidationFigures?
    /// The alarms that the epoch raised.
    public var alarms: [TrainingAlarm]

    /// What alarms are judged by; nil without a validation.
    public var figures: EpochFigures? {
      validation.map { value in
        var figures = EpochFigures(
          cosineNext: value.cosineNext, cosinePrevious: value.cosinePrevious, cosineLast: value.cosineLast,
          cosineAnchor: value.cosineAnchor, trainingMargin: margin, activeTerms: Set(terms))
        figures.validation = value
        return figures
      }
    }
  }

  /// How the model is trained.
  public var recipe: Recipe
  /// The seed of all chance in the training.
  public var seed: UInt64
  /// Steps of the optimizer so far.
  public var step = 0
  /// The learning rate's schedule; nil where the recipe has none.
  public var plateau: PlateauSchedule?
  /// The epochs that have ended, in order.
  public var history: [Epoch] = []

  /// The progress of a training run before its first step.
  public init(recipe: Recipe, seed: UInt64) {
    self.recipe = recipe
    self.seed = seed
    plateau = recipe.plateau.map { PlateauSchedule($0) }
  }

  /// The last epoch that is over; 0 before the first.
  public var epoch: Int { history.last?.epoch ?? 0 }
  /// The learning rate of the next epoch.
  public var learningRate: Double { recipe.learningRate * (plateau?.factor ?? 1) }

  /// Goes on by another recipe. The schedule of the learning rate keeps its place where both have one.
  public mutating func follow(_ other: Recipe) {
    recipe = other
    plateau = other.plateau.map {
      PlateauSchedule(
        $0, factor: plateau?.factor ?? 1, best: plateau?.best, badEpochs: plateau?.badEpochs ?? 0)
    }
  }

  /// Ends an epoch: judges it, moves the schedule, and remembers it.
  ///
  /// - Returns: the alarms it raises.
  public mutating func end(
    _ epoch: Int, step: Int, training: StepFigures, validation: ValidationFigures?
  ) -> [TrainingAlarm] {
    var record = Epoch(
      epoch: epoch, step: step, windows: training.windows, learningRate: learningRate, loss: training.loss,
      margin: training.margin, terms: recipe.terms.filter { $0.isActive(epoch: epoch) }.map(\.name).sorted(),
      validation: validation, alarms: [])
    if let figures = record.figures {
      record.alarms = TrainingAlarm.raised(by: figures, after: history.compactMap(\.figures))
    }
    if let validation { plateau?.add(error: validation.error) }
    self.step = step
    history.append(record)
    return record.alarms
  }
}

extension TrainingProgress {
  /// The progress as checkpoints keep it.
  public var json: JSON {
    var members: [String: JSON] = [
      "recipe": recipe.json, "seed": .unsigned(seed), "epoch": .integer(Int64(epoch)), "step": .integer(Int64(step)),
      "history": .array(history.map(\.json)),
    ]
    if let plateau {
      members["plateau"] = [
        "factor": .number(plateau.factor), "best": .figure(plateau.best),
        "bad_epochs": .integer(Int64(plateau.badEpochs)),
      ]
    }
    return .object(members)
  }

  /// Reads what `json` wrote.
  ///
  /// - Throws: `.badData` with the key's path.
  public init(_ json: JSON) throws {
    self = try at("training state") { try Self.read(json) }
  }

  private static func read(_ json: JSON) throws -> TrainingProgress {
    func missing(_ key: String) -> Failure { Failure(.badData, "is missing or malformed", at: key) }
    guard let recipe = json["recipe"] else { throw missing("recipe") }
    let seed: UInt64? =
      switch json["seed"] {
      case .integer(let value)?: UInt64(exactly: value)
      case .unsigned(let value)?: value
      default: nil
      }
    guard let seed else { throw missing("seed") }
    guard let step = json["step"]?.int, step >= 0 else { throw missing("step") }
    var progress = TrainingProgress(recipe: try at("recipe") { try Recipe(recipe) }, seed: seed)
    progress.step = step
    if let rule = progress.recipe.plateau {
      guard let plateau = json["plateau"], let factor = plateau["factor"]?.double, factor >= 0, factor.isFinite,
        let bad = plateau["bad_epochs"]?.int, bad >= 0
      else { throw missing("plateau") }
      progress.plateau = PlateauSchedule(rule, factor: factor, best: plateau["best"]?.double, badEpochs: bad)
    }
    guard let history = json["history"]?.array else { throw missing("history") }
    progress.history = try history.enumerated().map { index, json in
      guard let epoch = Epoch(json) else { throw missing("history[\(index)]") }
      return epoch
    }
    return progress
  }
}

extension TrainingProgress.Epoch {
  /// The epoch as checkpoints keep it.
  public var json: JSON {
    [
      "epoch": .integer(Int64(epoch)), "step": .integer(Int64(step)), "windows": .integer(Int64(windows)),
      "lr": .number(learningRate), "loss": .figure(loss), "margin": .figure(margin),
      "terms": .array(terms.map { .string($0) }), "val": validation?.json ?? .null,
      "alarms": .array(alarms.map { .string($0.rawValue) }),
    ]
  }

  init?(_ json: JSON) {
    guard let epoch = json["epoch"]?.int, (1..<1 << 32).contains(epoch), let step = json["step"]?.int, step >= 0,
      let windows = json["windows"]?.int, let rate = json["lr"]?.double, let loss = json["loss"]?.double,
      let margin = json["margin"]?.double, let terms = json["terms"]?.array, let alarms = json["alarms"]?.array
    else { return nil }
    self.init(
      epoch: epoch, step: step, windows: windows, learningRate: rate, loss: loss, margin: margin,
      terms: terms.compactMap(\.string), validation: json["val"].flatMap { ValidationFigures($0) },
      alarms: alarms.compactMap { $0.string.flatMap { TrainingAlarm(rawValue: $0) } })
  }
}
