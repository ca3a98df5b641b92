public import Kernels

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

/// A baseline's predictions: sums of the context's slots with fixed weights.
public final class BaselinePredictor: Predictor {
  private let weights: [Double]
  private let arena = Arena<Float>()
  public let contexts: Matrix<Float>
  public let output: Matrix<Float>

  public init(_ baseline: Baseline, dim: Int, context: Int, capacity: Int) {
    weights = baseline.weights(context: context)
    contexts = arena.matrix(rows: context * capacity, columns: dim)
    output = arena.matrix(rows: capacity, columns: dim)
  }

  public func predict(windows: Int) {
    let output = output.first(windows)
    output.fill(0)
    for (slot, weight) in weights.enumerated() where weight != 0 {
      output.add(contexts.rows(slot * windows..<(slot + 1) * windows), scale: Float(weight))
    }
  }
}
