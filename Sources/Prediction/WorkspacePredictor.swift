internal import Kernels
internal import Networks

/// A workspace's forward half as a predictor: how every architecture can predict.
final class WorkspacePredictor<Scalar: Real>: Predictor {
  private let parameters: Parameters<Scalar>
  private let options: ForwardOptions
  private let workspace: any Workspace<Scalar>
  let contexts: Matrix<Scalar>
  var output: Matrix<Scalar> { workspace.output }

  init(_ network: any Network, _ parameters: Parameters<Scalar>, options: ForwardOptions, capacity: Int) {
    self.parameters = parameters
    self.options = options
    workspace = network.makeWorkspace(Scalar.self, capacity: capacity, training: false, contextGradient: false)
    contexts = workspace.contexts.columns(0..<network.configuration.dim)
  }

  func predict(windows: Int) { workspace.forward(parameters, windows: windows, options: options) }
}
