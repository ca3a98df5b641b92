import Kernels
import Networks
import Testing

@Suite struct LSTMNetworkTests {
  private func configuration(dim: Int, context: Int, hidden: Int, layers: Int = 2) -> Configuration {
    var configuration = Configuration(.lstm, dim: dim, context: context)
    (configuration.hidden, configuration.layers) = (hidden, layers)
    return configuration
  }

  @Test func hasThePublishedSize() {
    let network = LSTMNetwork(Configuration(.lstm, dim: 768, context: 5))
    #expect(network.layout.trainable == 5_120_768)
    #expect(network.layout.entries.map(\.name).last == "output_proj.bias")
  }

  @Test(arguments: [(6, 3, 5, 2), (1, 1, 1, 1), (3, 1, 9, 3), (2, 7, 16, 1), (1, 512, 2, 1)])
  func gradientsAreDerivatives(_ shape: (dim: Int, context: Int, hidden: Int, layers: Int)) {
    let network = LSTMNetwork(
      configuration(dim: shape.dim, context: shape.context, hidden: shape.hidden, layers: shape.layers))
    GradientTrial(network, windows: 3, capacity: 5).expectGradients()
  }

  @Test func gradientsAreDerivativesUnderDropout() {
    var configuration = configuration(dim: 4, context: 3, hidden: 12, layers: 3)
    configuration.dropout = 0.4
    configuration.hasPositionalScalar = true
    var options = ForwardOptions()
    options.noise = Noise(seed: 3, step: 8)
    options.positionalScale = 0.7
    let trial = GradientTrial(LSTMNetwork(configuration), windows: 4, options: options)
    trial.expectGradients()
    let dropped = trial.loss()
    var still = trial
    still.options.noise = nil
    #expect(still.loss() != dropped)
  }

  @Test func thePositionalColumnIsEvenlySpaced() {
    var configuration = configuration(dim: 2, context: 5, hidden: 3)
    configuration.hasPositionalScalar = true
    let network = LSTMNetwork(configuration)
    var options = ForwardOptions()
    options.positionalScale = 0.5
    let trial = GradientTrial(network, windows: 2, options: options)
    _ = trial.loss()
    #expect(
      (0..<10).map { trial.workspace.contexts[$0, 2] } == [0, 0, 0.125, 0.125, 0.25, 0.25, 0.375, 0.375, 0.5, 0.5])
  }
}
