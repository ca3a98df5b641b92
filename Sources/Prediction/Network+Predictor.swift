internal import Kernels
internal import Networks

extension Network {
  /// What predicts with these parameters, for batches of up to `capacity` windows: the fastest way that the architecture
  /// has. The parameters must not change while it is used.
  ///
  /// - Parameter calls: of `predict` between two of `forget`, to make room for what they have in common.
  func makePredictor<Scalar: Real>(
    _ parameters: Parameters<Scalar>, options: ForwardOptions, capacity: Int, calls: Int
  ) -> any Predictor<Scalar> {
    switch self {
    case let decoder as TransformerNetwork where DecoderPredictor<Scalar>.pays(for: configuration):
      DecoderPredictor(
        decoder.stack, decoder.head, parameters, options: options, capacity: capacity, calls: calls)
    case let wrapper as any ResidualWrapper:
      ResidualPredictor(wrapper, parameters, options: options, capacity: capacity, calls: calls)
    default:
      WorkspacePredictor(self, parameters, options: options, capacity: capacity)
    }
  }
}
