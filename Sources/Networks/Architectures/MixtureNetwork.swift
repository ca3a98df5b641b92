public import Kernels

/// The mixtures of P8: an encoder, and a head that gives every slot of the context a share. The output is the unit
/// vector u(Σ αₜ cₜ), inside the span of the context.
public struct MixtureNetwork: Network {
  /// Its architecture and sizes.
  public let configuration: Configuration
  /// Its parameters' names, shapes and places.
  public let layout: ParameterLayout
  let encoder: any Encoder
  let activation: Activation
  let inner: LinearParameters
  let outer: LinearParameters

  /// - Parameter configuration: of architecture mixture-lstm, whose head has ReLU, else as mixture-transformer, with GELU.
  public init(_ configuration: Configuration) {
    var layout = ParameterLayout()
    if configuration.architecture == .mixtureLSTM {
      encoder = LSTMEncoder(&layout, configuration)
      activation = .relu
    } else {
      encoder = TransformerEncoder(configuration, in: &layout)
      activation = .gelu
    }
    precondition(encoder.width >= 2, "an encoder too narrow for the head")
    inner = layout.addLinear("context_attention.0", inputs: encoder.width, outputs: encoder.width / 2)
    outer = layout.addLinear(
      "context_attention.3", inputs: encoder.width / 2, outputs: configuration.context)
    self.configuration = configuration
    self.layout = layout
  }

  /// Buffers for batches of up to `capacity` windows, as `Network` says.
  public func makeWorkspace<Scalar: Real>(
    _ type: Scalar.Type, capacity: Int, training: Bool, contextGradient: Bool
  ) -> any Workspace<Scalar> {
    MixtureWorkspace<Scalar>(self, capacity: capacity, training: training, contextGradient: contextGradient)
  }
}

private final class MixtureWorkspace<Scalar: Real>: Workspace {
  private let network: MixtureNetwork
  private let arena = Arena<Scalar>()
  private let encoder: any EncoderWorkspace<Scalar>
  /// (capacity, width / 2): before the activation, and after it and dropout.
  private let linear: Matrix<Scalar>
  private let active: Matrix<Scalar>
  /// (capacity, context): α.
  private let shares: Matrix<Scalar>
  private let norms: Matrix<Scalar>
  private let dMixture: Matrix<Scalar>
  private let dShares: Matrix<Scalar>
  private let dActive: Matrix<Scalar>
  let output: Matrix<Scalar>
  let outputGradient: Matrix<Scalar>
  var contexts: Matrix<Scalar> { encoder.contexts }
  var contextGradient: Matrix<Scalar>? { encoder.contextGradient }

  /// The head's site of dropout: encoders have those below.
  private static var site: Int { 1000 }

  init(_ network: MixtureNetwork, capacity n: Int, training: Bool, contextGradient: Bool) {
    self.network = network
    let (arena, dim, context) = (arena, network.configuration.dim, network.configuration.context)
    let (half, back) = (network.encoder.width / 2, training ? n : 0)
    encoder = network.encoder.makeWorkspace(
      Scalar.self, capacity: n, training: training, contextGradient: contextGradient)
    linear = arena.matrix(rows: n, columns: half)
    active = arena.matrix(rows: n, columns: half)
    shares = arena.matrix(rows: n, columns: context)
    norms = arena.matrix(rows: n, columns: 1)
    output = arena.matrix(rows: n, columns: dim)
    outputGradient = arena.matrix(rows: back, columns: dim)
    dMixture = arena.matrix(rows: back, columns: dim)
    dShares = arena.matrix(rows: back, columns: context)
    dActive = arena.matrix(rows: back, columns: half)
  }

  /// The slots' vectors, without a positional column.
  private func vectors(_ n: Int) -> Matrix<Scalar> {
    contexts.first(network.configuration.context * n).columns(0..<network.configuration.dim)
  }

  private func dropout(_ options: ForwardOptions) -> Dropout? {
    Dropout(options.noise, site: Self.site, rate: network.configuration.dropout)
  }

  func forward(_ parameters: Parameters<Scalar>, windows n: Int, options: ForwardOptions) {
    encoder.forward(parameters, windows: n, options: options)
    parameters.linear(network.inner).forward(encoder.features.first(n), into: linear.first(n))
    network.activation.forward(linear.first(n), into: active.first(n), dropout: dropout(options))
    parameters.linear(network.outer).forward(active.first(n), into: shares.first(n))
    Softmax.forward(shares.first(n), into: shares.first(n))
    ContextRows.mix(shares.first(n), vectors(n), into: output.first(n))
    UnitRows.forward(output.first(n), into: output.first(n), norms: norms)
  }

  func backward(
    _ parameters: Parameters<Scalar>, windows n: Int, options: ForwardOptions, into gradients: Parameters<Scalar>,
    adding: Bool
  ) {
    let (dMixture, dShares, dActive) = (dMixture.first(n), dShares.first(n), dActive.first(n))
    UnitRows.backward(outputGradient.first(n), output.first(n), norms: norms, into: dMixture)
    ContextRows.dots(dMixture, vectors(n), into: dShares)
    Softmax.backward(dShares, shares.first(n), into: dShares)
    parameters.linear(network.outer).backward(
      dShares, active.first(n), into: dActive, gradients: gradients.linear(network.outer), adding: adding)
    network.activation.backward(
      dActive, network.activation == .relu ? active.first(n) : linear.first(n), into: dActive,
      dropout: dropout(options))
    parameters.linear(network.inner).backward(
      dActive, encoder.features.first(n), into: encoder.featureGradient.first(n),
      gradients: gradients.linear(network.inner), adding: adding)
    encoder.backward(parameters, windows: n, options: options, into: gradients, adding: adding)
    if let contextGradient {
      let configuration = network.configuration
      let vectors = contextGradient.first(configuration.context * n).columns(0..<configuration.dim)
      ContextRows.spread(shares.first(n), dMixture, into: vectors, adding: true)
    }
  }
}
