public import Kernels

/// What gives windows their predictions: a network with its parameters, or a baseline without any.
public protocol Predictor: AnyObject {
  /// (context · capacity, dim): the caller fills the first context · windows rows, position-major. Left as it is.
  var contexts: Matrix<Float> { get }
  /// (capacity, dim): the raw output p.
  var output: Matrix<Float> { get }
  /// Computes `output` of the first `windows` windows.
  func predict(windows: Int)
}

/// A network's predictions.
public final class NetworkPredictor: Predictor {
  private let parameters: Parameters<Float>
  private let conditions: Conditions
  private let pass: any Pass<Float>
  public let contexts: Matrix<Float>
  public let output: Matrix<Float>

  /// - Parameter capacity: the most windows at once.
  public init(_ network: any Network, _ parameters: Parameters<Float>, conditions: Conditions, capacity: Int) {
    precondition(conditions.noise == nil, "nothing is dropped outside training")
    self.parameters = parameters
    self.conditions = conditions
    pass = network.makePass(Float.self, capacity: capacity, training: false, contextGradient: false)
    contexts = pass.contexts.columns(0..<network.configuration.dim)
    output = pass.output
  }

  public func predict(windows: Int) {
    pass.forward(parameters, windows: windows, conditions: conditions)
  }
}

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
