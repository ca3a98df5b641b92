/// A figure of a report that a gate looks at, under the name it has in reports.
public enum Figure: String, CaseIterable, Sendable {
  /// Mean cosine of the predictions with the target less the largest mean cosine at any other offset.
  case margin
  /// Mean cosine of the predictions with the target.
  case targetCosine = "target_cos"
  case recallAt1 = "r_at_1"
  case recallAt5 = "r_at_5"
  case meanReciprocalRank = "mrr"
  /// What an ablation takes from the mean cosine with the target.
  case shuffle
  case reverse
  case dropOne = "drop-one"
  case repeatLast = "repeat-last"
  case crossArticle = "cross-article"
  /// Mean cosine over the steps of a rollout.
  case rollout = "mean_cos"
  /// Mean cosine with the target over windows of normal coherence.
  case normalBin = "normal"
}

/// The five gates of a trained predictor, each under its letter.
public enum Gate: String, CaseIterable, Sendable {
  case offsetSweep = "A"
  case retrieval = "B"
  case ablations = "C"
  case rollout = "D"
  case bins = "E"

  /// In words.
  public var title: String {
    switch self {
    case .offsetSweep: "offset sweep"
    case .retrieval: "retrieval rank"
    case .ablations: "ablations"
    case .rollout: "rollout"
    case .bins: "coherence bins"
    }
  }
}

/// What a gate asks of one figure: the table "The five gates" of docs/metrics.md.
public struct Requirement: Sendable {
  public enum Bound: String, Sendable {
    case atLeast = "at_least"
    case atMost = "at_most"
  }

  public let gate: Gate
  public let figure: Figure
  public let bound: Bound
  public let val: Double
  public let ood: Double
  /// Whether it is asked on request only.
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

  /// What gates A to D ask; gate E compares the splits with each other.
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

  /// The figures that a verdict cannot do without.
  public static func figures(isStrict: Bool) -> [Figure] {
    all.filter { isStrict || !$0.isStrict }.map(\.figure) + [.normalBin]
  }

  /// Whether a value within the bound passes: the bound itself does.
  public func admits(_ value: Double, limit: Double) -> Bool {
    bound == .atLeast ? value >= limit : value <= limit
  }
}
