/// Predictors that have learnt nothing: what a model must beat.
public enum Baseline: String, CaseIterable, Sendable {
  /// p = c[last].
  case copyLast = "copy-last"
  /// p = the mean of c.
  case contextMean = "context-mean"
  /// p = 2 c[last] − c[last−1]; of one context chunk c[last].
  case linearExtrapolation = "linear-extrapolation"

  /// The weights of the context's slots in p, the last slot last.
  func weights(context: Int) -> [Double] {
    var weights = [Double](repeating: 0, count: context)
    switch self {
    case .copyLast: weights[context - 1] = 1
    case .contextMean: weights = [Double](repeating: 1 / Double(context), count: context)
    case .linearExtrapolation where context == 1: weights[0] = 1
    case .linearExtrapolation: (weights[context - 2], weights[context - 1]) = (-1, 2)
    }
    return weights
  }
}
