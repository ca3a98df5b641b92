/// What a gate is worth on the data at hand, as shown by reference predictors that are not trained networks.
public enum CalibrationMark: String, CaseIterable, Sendable {
  /// Even a predictor that returns the true target fails.
  case oracleFails = "oracle_fails"
  /// The true target passes, but no predictor of a mean does: neither the trivial ones nor ridge regression.
  case noMeanPredictorPasses = "no_mean_predictor_passes"
  /// A predictor that needs no training passes.
  case trivialPasses = "trivial_passes"

  /// The predictors that need neither training nor a fit to contexts.
  public static let trivial = ["constant", "copy-last", "context-mean", "linear-extrapolation"]
  /// The predictors of a mean, which is also what training with a cosine or squared loss yields.
  public static let means = trivial + ["slot-weights", "ridge", "slot-weights+ridge"]
  /// The predictors that a model must be better than, since none of them is trained step by step.
  public static let untrained = means + ["nearest"]
  /// The predictor that returns the true target.
  public static let oracle = "oracle"

  /// The marks of one gate.
  ///
  /// - Parameter passes: whether each predictor passes the gate, by name; predictors that are absent do not count.
  public static func marks(_ passes: [String: Bool]) -> [CalibrationMark] {
    var marks: [CalibrationMark] = []
    if passes[oracle] == false { marks.append(.oracleFails) }
    let known = means.compactMap { passes[$0] }
    if passes[oracle] == true, !known.isEmpty, !known.contains(true) { marks.append(.noMeanPredictorPasses) }
    if trivial.contains(where: { passes[$0] == true }) { marks.append(.trivialPasses) }
    return marks
  }

  /// What the marks of a gate mean, for people; a dash for none.
  public static func words(_ marks: [CalibrationMark], for gate: Gate) -> String {
    let words = marks.map { mark in
      switch mark {
      // The oracle returns the target whatever the context is, so that an ablation changes nothing.
      case .oracleFails where gate == .ablations: "the oracle does not use the context, and so fails"
      case .oracleFails: "even the oracle fails: no predictor can pass"
      case .noMeanPredictorPasses: "the oracle passes, but no predictor of a mean does"
      case .trivialPasses: "a trivial predictor passes"
      }
    }
    return words.isEmpty ? "-" : words.joined(separator: "; ")
  }
}
