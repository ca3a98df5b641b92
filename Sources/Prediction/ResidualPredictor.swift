internal import Kernels
internal import Networks

/// A residual wrapper over whatever predicts for its base.
final class ResidualPredictor<Scalar: Real>: Predictor {
  private let parameters: Parameters<Scalar>
  private let base: any Predictor<Scalar>
  private let sum: any ResidualForward<Scalar>
  var contexts: Matrix<Scalar> { base.contexts }
  var output: Matrix<Scalar> { sum.output }

  init(
    _ network: any ResidualWrapper, _ parameters: Parameters<Scalar>, options: ForwardOptions, capacity: Int, calls: Int
  ) {
    self.parameters = parameters
    base = network.base.makePredictor(parameters, options: options, capacity: capacity, calls: calls)
    sum = network.makeSum(Scalar.self, capacity: capacity)
  }

  func predict(windows n: Int) {
    base.predict(windows: n)
    sum.forward(contexts, base.output, parameters, windows: n)
  }

  func forget() { base.forget() }
}
