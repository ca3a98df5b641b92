package import Kernels

/// `transformer`: a decoder whose blocks attend, causally, to the context so far and again to the projected context; the
/// last position's row goes through a head.
package struct TransformerNetwork: Network {
  package let configuration: Configuration
  package let layout: ParameterLayout
  /// The blocks, and what comes before them.
  package let stack: TransformerStack
  /// From the last position's row to the output.
  package let head: DecoderHead

  /// - Parameter configuration: of architecture transformer.
  package init(_ configuration: Configuration) {
    self.configuration = configuration
    var layout = ParameterLayout()
    stack = TransformerStack(
      "transformer_decoder.layers", .init(hasCross: true, isCausal: true),
      .init(name: "pos_encoder.pe", initializer: .sinusoids, count: 100, isLearnt: false), configuration,
      isPositionFirst: false, in: &layout)
    head = DecoderHead(configuration, in: &layout)
    self.layout = layout
  }

  package func makeWorkspace<Scalar: Real>(
    _ type: Scalar.Type, capacity: Int, training: Bool, contextGradient: Bool
  ) -> any Workspace<Scalar> {
    DecoderWorkspace<Scalar>(self, capacity: capacity, training: training, contextGradient: contextGradient)
  }

  private final class DecoderWorkspace<Scalar: Real>: Workspace {
    private let network: TransformerNetwork
    private let state: TransformerStack.State<Scalar>
    private let head: DecoderHead.State<Scalar>
    private let arena = Arena<Scalar>()
    let output: Matrix<Scalar>
    let outputGradient: Matrix<Scalar>
    var contexts: Matrix<Scalar> { state.contexts }
    var contextGradient: Matrix<Scalar>? { state.contextGradient }

    init(_ network: TransformerNetwork, capacity n: Int, training: Bool, contextGradient: Bool) {
      self.network = network
      let dim = network.configuration.dim
      state = TransformerStack.State(network.stack, capacity: n, training: training, contextGradient: contextGradient)
      let arena = arena
      head = DecoderHead.State(network.head, capacity: n, training: training, in: arena)
      output = arena.matrix(rows: n, columns: dim)
      outputGradient = arena.matrix(rows: training ? n : 0, columns: dim)
    }

    func forward(_ parameters: Parameters<Scalar>, windows n: Int, options: ForwardOptions) {
      let last = network.stack.forward(parameters, windows: n, options, state)
      network.head.forward(last, parameters, into: output.first(n), head)
    }

    func backward(
      _ parameters: Parameters<Scalar>, windows n: Int, options: ForwardOptions, into gradients: Parameters<Scalar>,
      adding: Bool
    ) {
      let last = network.stack.output(of: state).first(n)
      let dLast = network.head.backward(
        outputGradient.first(n), last, parameters, head, into: gradients, adding: adding)
      network.stack.backward(dLast, parameters, windows: n, options, state, into: gradients, adding: adding)
    }
  }
}
