public import Kernels

/// The rankers of P7: an encoder, a linear map with ReLU and norm, a linear map to `dim`, and semantic anchoring. The
/// output is a unit vector.
public struct RankerNetwork: Network {
  /// Its architecture and sizes.
  public let configuration: Configuration
  /// Its parameters' names, shapes and places.
  public let layout: ParameterLayout
  let encoder: any Encoder
  let logit: ParameterIndex
  let inner: LinearParameters
  let norm: NormParameters
  let outer: LinearParameters

  /// - Parameter configuration: of architecture ranker-lstm, else as ranker-transformer.
  public init(_ configuration: Configuration) {
    var layout = ParameterLayout()
    func addLogit(_ layout: inout ParameterLayout) -> ParameterIndex {
      layout.add("anchor_lambda_logit", [], .constant(Anchoring<Double>.start))
    }
    if configuration.architecture == .rankerLSTM {
      logit = addLogit(&layout)
      encoder = LSTMEncoder(&layout, configuration)
    } else {
      var index = 0
      encoder = TransformerEncoder(configuration, beforeInput: { index = addLogit(&$0) }, in: &layout)
      logit = index
    }
    inner = layout.addLinear("head.0", inputs: encoder.width, outputs: encoder.width)
    norm = NormParameters("head.2", width: encoder.width, in: &layout)
    outer = layout.addLinear("head.3", inputs: encoder.width, outputs: configuration.dim)
    self.configuration = configuration
    self.layout = layout
  }

  /// Buffers for batches of up to `capacity` windows, as `Network` says.
  public func makeWorkspace<Scalar: Real>(
    _ type: Scalar.Type, capacity: Int, training: Bool, contextGradient: Bool
  ) -> any Workspace<Scalar> {
    RankerWorkspace<Scalar>(self, capacity: capacity, training: training, contextGradient: contextGradient)
  }
}

private final class RankerWorkspace<Scalar: Real>: Workspace {
  private let network: RankerNetwork
  private let arena = Arena<Scalar>()
  private let encoder: any EncoderWorkspace<Scalar>
  private let inner: NormedLayer<Scalar>
  private let anchoring: Anchoring<Scalar>
  /// (capacity, dim): what is anchored, and its gradient.
  private let raw: Matrix<Scalar>
  private let dRaw: Matrix<Scalar>
  let outputGradient: Matrix<Scalar>
  var contexts: Matrix<Scalar> { encoder.contexts }
  var contextGradient: Matrix<Scalar>? { encoder.contextGradient }
  var output: Matrix<Scalar> { anchoring.output }

  init(_ network: RankerNetwork, capacity n: Int, training: Bool, contextGradient: Bool) {
    self.network = network
    let dim = network.configuration.dim
    encoder = network.encoder.makeWorkspace(
      Scalar.self, capacity: n, training: training, contextGradient: contextGradient)
    inner = NormedLayer(arena, capacity: n, width: network.encoder.width, training: training)
    anchoring = Anchoring(arena, network.configuration, capacity: n, training: training)
    raw = arena.matrix(rows: n, columns: dim)
    dRaw = arena.matrix(rows: training ? n : 0, columns: dim)
    outputGradient = arena.matrix(rows: training ? n : 0, columns: dim)
  }

  func forward(_ parameters: Parameters<Scalar>, windows n: Int, options: ForwardOptions) {
    encoder.forward(parameters, windows: n, options: options)
    let x = inner.forward(
      encoder.features.first(n), .init(parameters, network.inner, network.norm), .relu)
    parameters.linear(network.outer).forward(x, into: raw.first(n))
    anchoring.forward(
      raw.first(n), contexts: contexts.first(network.configuration.context * n), logit: parameters[network.logit])
  }

  func backward(
    _ parameters: Parameters<Scalar>, windows n: Int, options: ForwardOptions, into gradients: Parameters<Scalar>,
    adding: Bool
  ) {
    let logit = parameters[network.logit]
    anchoring.backward(
      outputGradient.first(n), into: dRaw.first(n), logit: logit, gradient: gradients[network.logit], adding: adding)
    parameters.linear(network.outer).backward(
      dRaw.first(n), inner.normed.first(n), into: inner.gradient.first(n), gradients: gradients.linear(network.outer),
      adding: adding)
    inner.backward(
      encoder.features.first(n), .init(parameters, network.inner, network.norm), .relu,
      into: encoder.featureGradient.first(n), gradients: .init(gradients, network.inner, network.norm), adding: adding)
    encoder.backward(parameters, windows: n, options: options, into: gradients, adding: adding)
    if let contextGradient {
      anchoring.backwardContexts(
        into: contextGradient.first(network.configuration.context * n), logit: logit, windows: n)
    }
  }
}
