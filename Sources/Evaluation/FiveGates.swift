/// A figure and its 95% interval, where one is known.
public struct Estimate: Hashable, Sendable {
  public var value: Double
  public var interval: ClosedRange<Double>?

  public init(_ value: Double, interval: ClosedRange<Double>? = nil) {
    self.value = value
    self.interval = interval
  }
}

/// The verdict on a predictor, of its figures on two splits: validation articles (`val`) and articles out of the
/// distribution it was trained on (`ood`). Definitions stand in docs/metrics.md.
public struct FiveGates: Sendable {
  /// The figures of one split; no `normalBin` where no window is of normal coherence.
  public typealias Figures = [Figure: Estimate]

  /// One requirement held against both splits.
  public struct Check: Sendable {
    public let requirement: Requirement
    public let val: Estimate
    public let ood: Estimate

    public var passes: Bool {
      requirement.admits(val.value, limit: requirement.val) && requirement.admits(ood.value, limit: requirement.ood)
    }
  }

  /// One gate: it passes where all its checks do.
  public struct Outcome: Sendable {
    public let gate: Gate
    /// What gates A to D hold against their bounds.
    public let checks: [Check]
    /// Gate E alone: what is compared, where there is any.
    public let normal: (val: Estimate?, ood: Estimate?)
    /// Gate E alone: the absolute difference of the two.
    public let difference: Double?

    public var isMeasurable: Bool { gate != .bins || difference != nil }
    /// What could not be measured has not passed.
    public var passes: Bool {
      guard gate == .bins else { return checks.allSatisfy(\.passes) }
      return difference.map { $0 <= FiveGates.largestDifference + FiveGates.rounding } ?? false
    }
  }

  /// How far apart validation and out-of-distribution windows of normal coherence may lie (gate E).
  public static let largestDifference = 0.05
  /// A difference of two figures as they are printed may miss the bound by their last bit.
  static let rounding = 1e-12

  /// One for each gate, A to E.
  public let outcomes: [Outcome]
  /// The margin of the offset sweep on validation windows.
  public let margin: Double

  /// - Parameters:
  ///   - val, ood: with every figure of `Requirement.figures`, but for `normalBin`.
  ///   - isStrict: whether the requirements that are asked on request count.
  public init(val: Figures, ood: Figures, isStrict: Bool) {
    outcomes = Gate.allCases.map { gate in
      let checks = Requirement.all.filter { $0.gate == gate && (isStrict || !$0.isStrict) }.map { requirement in
        guard let inside = val[requirement.figure], let outside = ood[requirement.figure] else {
          preconditionFailure("every required figure is there")
        }
        return Check(requirement: requirement, val: inside, ood: outside)
      }
      guard gate == .bins else { return Outcome(gate: gate, checks: checks, normal: (nil, nil), difference: nil) }
      let normal = (val: val[.normalBin], ood: ood[.normalBin])
      let difference = normal.val.flatMap { inside in normal.ood.map { abs(inside.value - $0.value) } }
      return Outcome(gate: gate, checks: [], normal: normal, difference: difference)
    }
    margin = val[.margin]?.value ?? -.infinity
  }

  public var passed: Int { outcomes.filter(\.passes).count }

  /// Enough gates, and a positive margin: a predictor that is closer to another chunk than to the target is not to
  /// be deployed whatever else it passes.
  public func isFit(minimumGates: Int) -> Bool { passed >= minimumGates && margin > 0 }
}

/// What a gate is worth on the data at hand, told by predictors that have learnt nothing.
public enum CalibrationMark: String, CaseIterable, Sendable {
  /// Even a predictor that returns the true target does not pass.
  case oracleFails = "oracle_fails"
  /// That one passes, but no predictor of a mean does: neither the trivial ones nor ridge regression.
  case noMeanPredictorPasses = "no_mean_predictor_passes"
  /// A predictor that needs no training passes.
  case trivialPasses = "trivial_passes"

  /// The predictors that need no training.
  public static let trivial = ["copy-last", "context-mean", "linear-extrapolation"]
  /// Predictors of a mean, as training with a cosine or squared loss makes them.
  public static let means = trivial + ["ridge"]
  public static let oracle = "oracle"

  /// The marks of one gate.
  ///
  /// - Parameter passes: whether each predictor passes it, by name; those that are not there say nothing.
  public static func marks(_ passes: [String: Bool]) -> [CalibrationMark] {
    var marks: [CalibrationMark] = []
    if passes[oracle] == false { marks.append(.oracleFails) }
    let known = means.compactMap { passes[$0] }
    if passes[oracle] == true, !known.isEmpty, !known.contains(true) { marks.append(.noMeanPredictorPasses) }
    if trivial.contains(where: { passes[$0] == true }) { marks.append(.trivialPasses) }
    return marks
  }

  /// What the marks of a gate say, for people; a dash for none.
  public static func words(_ marks: [CalibrationMark], for gate: Gate) -> String {
    let words = marks.map { mark in
      switch mark {
      // The oracle returns the target whatever its context, so that an ablation takes nothing from it.
      case .oracleFails where gate == .ablations: "the oracle does not look at the context, and so fails"
      case .oracleFails: "even the oracle fails: no predictor can pass"
      case .noMeanPredictorPasses: "the oracle passes, no predictor of a mean does"
      case .trivialPasses: "a trivial predictor passes"
      }
    }
    return words.isEmpty ? "-" : words.joined(separator: "; ")
  }
}
