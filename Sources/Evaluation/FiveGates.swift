/// The verdict on a predictor, from its figures on two splits: validation articles (`val`) and articles from outside
/// the distribution it was trained on (`ood`). Definitions are in docs/metrics.md.
public struct FiveGates: Sendable {
  /// The figures of one split; `normalBin` is absent where no window is of normal coherence.
  public typealias Figures = [Figure: Estimate]

  /// One requirement applied to both splits.
  public struct Check: Sendable {
    /// The figure and its bounds.
    public let requirement: Requirement
    /// The figure on validation articles.
    public let val: Estimate
    /// The figure on articles from outside the distribution.
    public let ood: Estimate

    /// Whether both splits are within their bounds.
    public var passes: Bool {
      requirement.admits(val.value, limit: requirement.val) && requirement.admits(ood.value, limit: requirement.ood)
    }
  }

  /// One gate: it passes where all its checks do.
  public struct Outcome: Sendable {
    /// The gate that is answered.
    public let gate: Gate
    /// The checks of gates A to D; none for gate E.
    public let checks: [Check]
    /// Gate E only: the cosine at normal coherence on both splits; nil on a split without such windows.
    public let normal: (val: Estimate?, ood: Estimate?)
    /// Gate E only: the absolute difference of the two; nil where one is.
    public let difference: Double?

    /// Whether the figures that the gate needs exist: false only for gate E on a split without normal coherence.
    public var isMeasurable: Bool { gate != .bins || difference != nil }
    /// Whether all checks pass. A gate that cannot be measured does not.
    public var passes: Bool {
      guard gate == .bins else { return checks.allSatisfy(\.passes) }
      return difference.map { $0 <= FiveGates.largestDifference + FiveGates.rounding } ?? false
    }
  }

  /// The largest difference of the mean cosine between the two splits, at normal coherence (gate E).
  public static let largestDifference = 0.05
  /// The difference of two printed figures may exceed the bound by a rounding error.
  static let rounding = 1e-12

  /// One for each gate, A to E.
  public let outcomes: [Outcome]
  /// The margin of the offset sweep on validation windows: mean cosine with the target minus the largest mean cosine
  /// with any other chunk.
  public let margin: Double

  /// Answers all gates.
  ///
  /// - Parameters:
  ///   - val, ood: with every figure of `Requirement.figures(isStrict:)`, except perhaps `normalBin`.
  ///   - isStrict: whether the strict requirements count too.
  public init(val: Figures, ood: Figures, isStrict: Bool) {
    outcomes = Gate.allCases.map { gate in
      let checks = Requirement.all.filter { $0.gate == gate && (isStrict || !$0.isStrict) }.map { requirement in
        guard let inside = val[requirement.figure], let outside = ood[requirement.figure] else {
          preconditionFailure("the required figure \(requirement.figure.rawValue) is absent")
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

  /// How many gates pass, 0 to 5.
  public var passed: Int { outcomes.filter(\.passes).count }

  /// Whether enough gates pass and the margin is positive: a predictor whose predictions are closer to another chunk
  /// than to the target should not be deployed, whatever else it passes.
  public func isFit(minimumGates: Int) -> Bool { passed >= minimumGates && margin > 0 }
}
