/// Signs that a training goes wrong, by the rules of docs/metrics.md.
public enum TrainingAlarm: String, CaseIterable, Hashable, Sendable {
  case backward
  case trainValidationMismatch = "train-val-mismatch"
  case orthogonalEscape = "orthogonal-escape"
  case copyLast = "copy-last"
  case warmUpCollapse = "warm-up-collapse"
  case divergence
  case belowConstant = "below-constant"
  case ignoresContext = "ignores-context"
  case collapsed
}

/// What an epoch is judged by.
public struct EpochFigures: Hashable, Sendable {
  /// Mean cosines of the validation's predictions with the target, the previous vector, the last context vector and
  /// the context's centroid.
  public var cosineNext: Double
  /// Mean cosine with the previous vector.
  public var cosinePrevious: Double
  /// Mean cosine with the last context vector.
  public var cosineLast: Double
  /// Mean cosine with the context's mean.
  public var cosineAnchor: Double
  /// cos_next − cos_prev over the training windows.
  public var trainingMargin: Double
  /// The terms that counted.
  public var activeTerms: Set<String>
  /// What else the validation found; nil for an epoch of a version that did not.
  public var validation: ValidationFigures?

  /// Creates the figures of an epoch.
  public init(
    cosineNext: Double, cosinePrevious: Double, cosineLast: Double, cosineAnchor: Double, trainingMargin: Double,
    activeTerms: Set<String>
  ) {
    self.cosineNext = cosineNext
    self.cosinePrevious = cosinePrevious
    self.cosineLast = cosineLast
    self.cosineAnchor = cosineAnchor
    self.trainingMargin = trainingMargin
    self.activeTerms = activeTerms
  }

  /// cos_next − cos_prev.
  public var margin: Double { cosineNext - cosinePrevious }
}

extension TrainingAlarm {
  /// The alarms that an epoch raises.
  ///
  /// - Parameter earlier: the epochs before it, in order.
  public static func raised(by epoch: EpochFigures, after earlier: [EpochFigures]) -> [TrainingAlarm] {
    allCases.filter { $0.isRaised(by: epoch, after: earlier) }
  }

  private func isRaised(by epoch: EpochFigures, after earlier: [EpochFigures]) -> Bool {
    switch self {
    case .backward: epoch.margin < min(0, epoch.validation?.bestBaseline?.margin ?? 0)
    case .trainValidationMismatch: epoch.trainingMargin > 0 && epoch.margin < 0
    case .orthogonalEscape: Self.escapes(epoch, after: earlier)
    case .copyLast:
      epoch.cosineLast - epoch.cosineNext
        > max(0, epoch.validation?.bestBaseline.map { $0.cosineLast - $0.cosineNext } ?? 0)
    case .warmUpCollapse: Self.collapses(epoch, after: earlier.last)
    // A step raises it, and no epoch comes to its end then.
    case .divergence: false
    case .belowConstant: epoch.validation?.baselines["constant"].map { epoch.cosineNext < $0.cosineNext } ?? false
    case .ignoresContext: epoch.validation?.contextUse.map { $0.reversed.isNoise && $0.other.isNoise } ?? false
    case .collapsed: epoch.validation?.spread.map { $0 < 0.1 } ?? false
    }
  }

  private static func escapes(_ epoch: EpochFigures, after earlier: [EpochFigures]) -> Bool {
    if epoch.cosineAnchor < 0.05 { return true }
    guard let best = earlier.map(\.cosineNext).max(), best > 0 else { return false }
    return epoch.cosineNext <= 0.6 * best
  }

  /// Whether the first epoch after a term was switched off lost a quarter or more.
  private static func collapses(_ epoch: EpochFigures, after last: EpochFigures?) -> Bool {
    guard let last, !last.activeTerms.subtracting(epoch.activeTerms).isEmpty else { return false }
    func isLost(_ before: Double, _ now: Double) -> Bool { before > 0 && now <= 0.75 * before }
    return isLost(last.cosineNext, epoch.cosineNext) || isLost(last.cosineAnchor, epoch.cosineAnchor)
  }
}
