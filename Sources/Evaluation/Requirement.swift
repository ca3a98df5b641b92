/// What a gate requires of one figure: the table "The five gates" of docs/metrics.md.
public struct Requirement: Sendable {
  /// The side on which a figure passes, under its name in reports.
  public enum Bound: String, Sendable {
    /// The limit and above.
    case atLeast = "at_least"
    /// The limit and below.
    case atMost = "at_most"
  }

  /// The gate that it belongs to.
  public let gate: Gate
  /// The figure that it limits.
  public let figure: Figure
  /// The side on which the figure passes.
  public let bound: Bound
  /// The limit on validation articles.
  public let val: Double
  /// The limit on articles from outside the distribution.
  public let ood: Double
  /// Whether it counts only in a strict verdict.
  public let isStrict: Bool

  private init(
    _ gate: Gate, _ figure: Figure, _ bound: Bound, val: Double, ood: Double, isStrict: Bool = false
  ) {
    self.gate = gate
    self.figure = figure
    self.bound = bound
    self.val = val
    self.ood = ood
    self.isStrict = isStrict
  }

  /// The requirements of gates A to D; gate E compares the splits with each other.
  public static let all: [Requirement] = [
    Requirement(.offsetSweep, .margin, .atLeast, val: 0.12, ood: 0.10),
    Requirement(.offsetSweep, .targetCosine, .atLeast, val: 0.50, ood: 0.48, isStrict: true),
    Requirement(.retrieval, .recallAt1, .atLeast, val: 0.60, ood: 0.55),
    Requirement(.retrieval, .recallAt5, .atLeast, val: 0.95, ood: 0.92),
    Requirement(.retrieval, .meanReciprocalRank, .atLeast, val: 0.80, ood: 0.75, isStrict: true),
    Requirement(.ablations, .shuffle, .atMost, val: -0.15, ood: -0.15),
    Requirement(.ablations, .reverse, .atMost, val: -0.10, ood: -0.10, isStrict: true),
    Requirement(.ablations, .dropOne, .atMost, val: -0.08, ood: -0.08, isStrict: true),
    Requirement(.ablations, .repeatLast, .atMost, val: 0.05, ood: 0.05, isStrict: true),
    Requirement(.ablations, .crossArticle, .atMost, val: 0.05, ood: 0.05, isStrict: true),
    Requirement(.rollout, .rollout, .atLeast, val: 0.45, ood: 0.42),
  ]

  /// The figures that a verdict needs.
  public static func figures(isStrict: Bool) -> [Figure] {
    all.filter { isStrict || !$0.isStrict }.map(\.figure) + [.normalBin]
  }

  /// Whether a value passes; a value equal to the limit does.
  public func admits(_ value: Double, limit: Double) -> Bool {
    bound == .atLeast ? value >= limit : value <= limit
  }
}
