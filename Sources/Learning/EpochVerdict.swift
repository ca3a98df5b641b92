/// Whether training goes on after an epoch, and whether the epoch is the best so far.
public struct EpochVerdict: Hashable, Sendable {
  /// What is known of an epoch that has ended.
  public struct Outcome: Hashable, Sendable {
    /// Counted from 1.
    public var epoch: Int
    /// The figure of the validation by which the best epoch is chosen; nil without a validation.
    public var selected: Double?
    /// The figures that gates of stages are compared with, by the names of `Recipe.Stage.gates`.
    public var figures: [String: Double]
    /// Names of the alarms that the epoch raised.
    public var alarms: [String]
    /// The margin that the epoch's 5CAT found; nil without one.
    public var gatesMargin: Double?

    /// Creates the outcome of an epoch.
    public init(
      epoch: Int, selected: Double?, figures: [String: Double] = [:], alarms: [String] = [],
      gatesMargin: Double? = nil
    ) {
      self.epoch = epoch
      self.selected = selected
      self.figures = figures
      self.alarms = alarms
      self.gatesMargin = gatesMargin
    }
  }

  /// A gate of a stage that was not reached.
  public struct FailedGate: Hashable, Sendable {
    /// `margin`, `r_at_5` or `rollout`.
    public var name: String
    /// The figure; nil if there is none.
    public var value: Double?
    /// The least value that passes.
    public var minimum: Double
  }

  /// Whether no earlier epoch has a figure as high. An epoch never loses to itself or to a later one.
  public let isBest: Bool
  /// The alarms that stop the training: those asked for that were raised, `backward` also by the 5CAT's margin.
  public let stoppingAlarms: [String]
  /// The gates of the ending stage that were not reached, sorted by name.
  public let failedGates: [FailedGate]

  /// Judges an epoch.
  ///
  /// - Parameters:
  ///   - outcome: of the epoch.
  ///   - best: the best epoch so far; nil if there is none.
  ///   - stopOn: names of alarms that stop the training.
  ///   - ending: the stage that ends with the epoch; nil if none does.
  public init(_ outcome: Outcome, best: Outcome?, stopOn: [String], ending: Recipe.Stage?) {
    isBest =
      best.map { best in
        guard outcome.epoch > best.epoch else { return true }
        guard let selected = outcome.selected else { return false }
        return selected > best.selected ?? -.infinity
      } ?? true
    var stopping = outcome.alarms.filter(stopOn.contains)
    let backward = TrainingAlarm.backward.rawValue
    if stopOn.contains(backward), !stopping.contains(backward), let margin = outcome.gatesMargin, margin < 0 {
      stopping.append("\(backward), by the 5CAT's margin")
    }
    stoppingAlarms = stopping
    failedGates = (ending?.gates ?? [:]).sorted { $0.key < $1.key }.compactMap { name, minimum in
      let value = outcome.figures[name]
      return value.map { $0 >= minimum } ?? false ? nil : FailedGate(name: name, value: value, minimum: minimum)
    }
  }
}
