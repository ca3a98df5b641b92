internal import Kernels
internal import Networks

/// The residual wrapper over whatever predicts for its base.
final class ResidualPredictor<Scalar: Real>: Predictor {
  private let parameters: Parameters<Scalar>
  private let base: any Predictor<Scalar>
  private let sum: ResidualSum<Scalar>
  var contexts: Matrix<Scalar> { base.contexts }
  var output: Matrix<Scalar> { sum.output }

  init(
    _ network: ResidualNetwork, _ parameters: Parameters<Scalar>, options: ForwardOptions, capacity: Int, calls: Int
  ) {
    self.parameters = parameters
    base = network.base.makePredictor(parameters, options: options, capacity: capacity, calls: calls)
    sum = ResidualSum(network, capacity: capacity)
  }

  func predict(windows n: Int) {
    base.predict(windows: n)
    sum.forward(contexts, base.output, parameters, windows: n)
  }

  func forget() { base.forget() }
}
