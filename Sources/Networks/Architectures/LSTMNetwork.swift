public import Kernels

/// A stack of LSTM layers, and a linear map of its last output.
public struct LSTMNetwork: Network {
  /// Its architecture and sizes.
  public let configuration: Configuration
  /// Its parameters' names, shapes and places.
  public let layout: ParameterLayout
  let encoder: LSTMEncoder
  let output: LinearParameters

  /// - Parameter configuration: of architecture lstm.
  public init(_ configuration: Configuration) {
    var layout = ParameterLayout()
    encoder = LSTMEncoder(&layout, configuration)
    output = layout.addLinear("output_proj", inputs: encoder.width, outputs: configuration.dim)
    self.configuration = configuration
    self.layout = layout
  }

  /// Buffers for batches of up to `capacity` windows, as `Network` says.
  public func makeWorkspace<Scalar: Real>(
    _ type: Scalar.Type, capacity: Int, training: Bool, contextGradient: Bool
  ) -> any Workspace<Scalar> {
    LSTMWorkspace<Scalar>(self, capacity: capacity, training: training, contextGradient: contextGradient)
  }
}

private final class LSTMWorkspace<Scalar: Real>: Workspace {
  private let network: LSTMNetwork
  private let arena = Arena<Scalar>()
  private let encoder: any EncoderWorkspace<Scalar>
  let output: Matrix<Scalar>
  let outputGradient: Matrix<Scalar>

  init(_ network: LSTMNetwork, capacity: Int, training: Bool, contextGradient: Bool) {
    self.network = network
    let dim = network.configuration.dim
    encoder = network.encoder.makeWorkspace(
      Scalar.self, capacity: capacity, training: training, contextGradient: contextGradient)
    output = arena.matrix(rows: capacity, columns: dim)
    outputGradient = arena.matrix(rows: training ? capacity : 0, columns: dim)
  }

  var contexts: Matrix<Scalar> { encoder.contexts }
  var contextGradient: Matrix<Scalar>? { encoder.contextGradient }

  func forward(_ parameters: Parameters<Scalar>, windows: Int, options: ForwardOptions) {
    encoder.forward(parameters, windows: windows, options: options)
    parameters.linear(network.output).forward(encoder.features.first(windows), into: output.first(windows))
  }

  func backward(
    _ parameters: Parameters<Scalar>, windows: Int, options: ForwardOptions, into gradients: Parameters<Scalar>,
    adding: Bool
  ) {
    parameters.linear(network.output).backward(
      outputGradient.first(windows), encoder.features.first(windows), into: encoder.featureGradient.first(windows),
      gradients: gradients.linear(network.output), adding: adding)
    encoder.backward(parameters, windows: windows, options: options, into: gradients, adding: adding)
  }
}
