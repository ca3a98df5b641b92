/// What a model's predictions of a validation stream are worth, as means over its windows.
public struct ValidationFigures: Hashable, Sendable {
  /// What a predictor that has learned nothing scores on the same windows.
  public struct Baseline: Hashable, Sendable {
    /// Mean cosine with the target.
    public var cosineNext: Double
    /// Mean cosine with the previous vector.
    public var cosinePrevious: Double
    /// Mean cosine with the last context vector.
    public var cosineLast: Double

    /// cos_next − cos_prev.
    public var margin: Double { cosineNext - cosinePrevious }
  }

  /// The predictors that a validation compares with, by the names of reports: the mean of the epoch's training targets,
  /// the last context vector, and the context's mean.
  public static let baselineNames = ["constant", "copy-last", "context-mean"]

  /// The number of windows.
  public var windows: Int
  /// Mean cosines of the output with the target, the previous vector, the last context vector and the centroid.
  public var cosineNext: Double
  /// Mean cosine with the previous vector.
  public var cosinePrevious: Double
  /// Mean cosine with the last context vector.
  public var cosineLast: Double
  /// Mean cosine with the context's mean.
  public var cosineAnchor: Double
  /// The mean squared error of the unit output.
  public var error: Double
  /// The share of windows whose target is among the five targets nearest to the output, of those of 256 consecutive
  /// windows.
  public var recall: Double
  /// 1 − ‖mean of the unit outputs‖², as a share of the same of the targets: 0 where all outputs are one; nil where it
  /// was not measured, or the targets do not differ.
  public var spread: Double?
  /// How much the mean cosine with the target changes in the first 256 windows where the order of the context is
  /// reversed, and where it is another window's; nil where it was not measured.
  public var contextUse: ContextUse?
  /// What is compared with, by `baselineNames`; empty where it was not measured.
  public var baselines: [String: Baseline] = [:]

  /// Changes of the cosine with the target, each with its standard error over windows.
  public struct ContextUse: Hashable, Sendable {
    /// With the slots in reversed order.
    public var reversed: Change
    /// With the context of another window.
    public var other: Change
  }

  /// A mean and its standard error.
  public struct Change: Hashable, Sendable {
    /// The mean over windows.
    public var mean: Double
    /// The standard deviation over windows, divided by the root of their number.
    public var error: Double

    /// Whether chance may have made it: the mean is within two standard errors of 0.
    public var isNoise: Bool { abs(mean) <= 2 * error }
  }

  /// The figures that every validation has.
  public init(
    windows: Int, cosineNext: Double, cosinePrevious: Double, cosineLast: Double, cosineAnchor: Double, error: Double,
    recall: Double
  ) {
    self.windows = windows
    self.cosineNext = cosineNext
    self.cosinePrevious = cosinePrevious
    self.cosineLast = cosineLast
    self.cosineAnchor = cosineAnchor
    self.error = error
    self.recall = recall
  }

  /// cos_next − cos_prev.
  public var margin: Double { cosineNext - cosinePrevious }
  /// The baseline with the largest mean cosine with the target; nil where none was measured.
  public var bestBaseline: Baseline? {
    Self.baselineNames.compactMap { baselines[$0] }.max { $0.cosineNext < $1.cosineNext }
  }
}
