internal import Kernels

/// `input_proj`, positions and `torch.nn.TransformerEncoder`: the encoders of ranker-transformer (post-norm, positions
/// that are zero and stay so) and mixture-transformer (pre-norm, learnt positions).
struct TransformerEncoder: Encoder {
  let configuration: Configuration
  private let stack: TransformerStack
  var width: Int { configuration.width }

  /// - Parameter beforeInput: adds what stands between `pos_encoder` and `input_proj`.
  init(
    _ configuration: Configuration, beforeInput: (inout ParameterLayout) -> Void = { _ in },
    in layout: inout ParameterLayout
  ) {
    self.configuration = configuration
    let isMixture = configuration.architecture == .mixtureTransformer
    stack = TransformerStack(
      "transformer.layers", .init(isPreNorm: isMixture),
      .init(
        name: "pos_encoder", initializer: isMixture ? .normal(0.02) : .constant(0),
        count: isMixture ? configuration.context : 100, isLearnt: isMixture),
      configuration, isPositionFirst: true, betweenPositionsAndInput: beforeInput, in: &layout)
  }

  func makeWorkspace<Scalar: Real>(
    _ type: Scalar.Type, capacity: Int, training: Bool, contextGradient: Bool
  ) -> any EncoderWorkspace<Scalar> {
    Workspace<Scalar>(stack, width, capacity: capacity, training: training, contextGradient: contextGradient)
  }

  private final class Workspace<Scalar: Real>: EncoderWorkspace {
    private let stack: TransformerStack
    private let state: TransformerStack.State<Scalar>
    private let arena = Arena<Scalar>()
    let features: Matrix<Scalar>
    let featureGradient: Matrix<Scalar>
    var contexts: Matrix<Scalar> { state.contexts }
    var contextGradient: Matrix<Scalar>? { state.contextGradient }

    init(_ stack: TransformerStack, _ width: Int, capacity: Int, training: Bool, contextGradient: Bool) {
      self.stack = stack
      state = TransformerStack.State(stack, capacity: capacity, training: training, contextGradient: contextGradient)
      features = stack.output(of: state)
      featureGradient = arena.matrix(rows: training ? capacity : 0, columns: width)
    }

    func forward(_ parameters: Parameters<Scalar>, windows: Int, options: ForwardOptions) {
      _ = stack.forward(parameters, windows: windows, options, state)
    }

    func backward(
      _ parameters: Parameters<Scalar>, windows: Int, options: ForwardOptions, into gradients: Parameters<Scalar>,
      adding: Bool
    ) {
      stack.backward(
        featureGradient.first(windows), parameters, windows: windows, options, state, into: gradients,
        adding: adding)
    }
  }
}
