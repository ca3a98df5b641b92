/// The five gates of a trained predictor, each under its letter.
public enum Gate: String, CaseIterable, Sendable {
  /// Predictions are closer to the target than to its neighbours.
  case offsetSweep = "A"
  /// Predictions find the target among other chunks.
  case retrieval = "B"
  /// Damage to the context shows in the predictions.
  case ablations = "C"
  /// Predictions of predictions stay close to the text.
  case rollout = "D"
  /// Predictions are as good outside the training distribution, at equal coherence.
  case bins = "E"

  /// The gate's name in tables.
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
