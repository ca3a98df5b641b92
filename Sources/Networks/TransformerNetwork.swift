internal import Kernels

/// `transformer`: a decoder whose blocks attend, causally, to the context so far and again to the projected context; the
/// last position's row goes through `head`, a linear map, exact GELU, a norm and a linear map to `dim`.
struct TransformerNetwork: Network {
  let configuration: Configuration
  let layout: ParameterLayout
  private let stack: TransformerStack
  private let inner: LinearPlace
  private let norm: NormPlace
  private let outer: LinearPlace

  init(_ configuration: Configuration) {
    self.configuration = configuration
    var layout = ParameterLayout()
    stack = TransformerStack(
      "transformer_decoder.layers", .init(hasCross: true, isCausal: true),
      .init(name: "pos_encoder.pe", start: .sinusoids, count: 100, isLearnt: false), configuration,
      isPositionFirst: false, in: &layout)
    inner = layout.addLinear("head.0", inputs: configuration.width, outputs: configuration.width)
    norm = NormPlace("head.2", width: configuration.width, in: &layout)
    outer = layout.addLinear("head.3", inputs: configuration.width, outputs: configuration.dim)
    self.layout = layout
  }

  func makePass<Scalar: Real>(
    _ type: Scalar.Type, capacity: Int, training: Bool, contextGradient: Bool
  ) -> any Pass<Scalar> {
    DecoderPass<Scalar>(self, capacity: capacity, training: training, contextGradient: contextGradient)
  }

  private final class DecoderPass<Scalar: Real>: Pass {
    private let network: TransformerNetwork
    private let state: TransformerStack.State<Scalar>
    private let arena = Arena<Scalar>()
    /// (capacity, width): before GELU, after it, and normed.
    private let inner: Matrix<Scalar>
    private let active: Matrix<Scalar>
    private let normed: Matrix<Scalar>
    private let record: LayerNorm<Scalar>.Record
    private let dHead: [Matrix<Scalar>]
    let output: Matrix<Scalar>
    let outputGradient: Matrix<Scalar>
    var contexts: Matrix<Scalar> { state.contexts }
    var contextGradient: Matrix<Scalar>? { state.contextGradient }

    init(_ network: TransformerNetwork, capacity n: Int, training: Bool, contextGradient: Bool) {
      self.network = network
      let (width, dim) = (network.configuration.width, network.configuration.dim)
      state = TransformerStack.State(network.stack, capacity: n, training: training, contextGradient: contextGradient)
      let arena = arena
      inner = arena.matrix(rows: n, columns: width)
      active = arena.matrix(rows: n, columns: width)
      normed = arena.matrix(rows: n, columns: width)
      record = LayerNorm.Record(arena, rows: n, width: width)
      output = arena.matrix(rows: n, columns: dim)
      outputGradient = arena.matrix(rows: training ? n : 0, columns: dim)
      dHead = (0..<2).map { _ in arena.matrix(rows: training ? n : 0, columns: width) }
    }

    func forward(_ parameters: Parameters<Scalar>, windows n: Int, conditions: Conditions) {
      let last = network.stack.forward(parameters, windows: n, conditions, state)
      parameters.linear(network.inner).forward(last, into: inner.first(n))
      Activation.gelu.forward(inner.first(n), into: active.first(n))
      network.norm(parameters).forward(active.first(n), into: normed.first(n), record: record)
      parameters.linear(network.outer).forward(normed.first(n), into: output.first(n))
    }

    func backward(
      _ parameters: Parameters<Scalar>, windows n: Int, conditions: Conditions, into gradients: Parameters<Scalar>,
      adding: Bool
    ) {
      let (dNormed, dActive) = (dHead[0].first(n), dHead[1].first(n))
      parameters.linear(network.outer).backward(
        outputGradient.first(n), normed.first(n), into: dNormed, gradients: gradients.linear(network.outer),
        adding: adding)
      network.norm(parameters).backward(
        dNormed, record: record, into: dActive, gradients: network.norm(gradients), adding: adding)
      Activation.gelu.backward(dActive, inner.first(n), into: dActive)
      let last = network.stack.output(of: state).first(n)
      parameters.linear(network.inner).backward(
        dActive, last, into: dNormed, gradients: gradients.linear(network.inner), adding: adding)
      network.stack.backward(dNormed, parameters, windows: n, conditions, state, into: gradients, adding: adding)
    }
  }
}
