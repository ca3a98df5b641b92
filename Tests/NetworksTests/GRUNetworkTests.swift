import Kernels
import Networks
import Testing

@Suite struct GRUNetworkTests {
  private func configuration(dim: Int, context: Int, width: Int, layers: Int) -> Configuration {
    var configuration = Configuration(.gru, dim: dim, context: context)
    (configuration.width, configuration.layers) = (width, layers)
    return configuration
  }

  @Test func hasThePublishedSize() {
    let network = GRUNetwork(Configuration(.gru, dim: 768, context: 5))
    #expect(network.layout.trainable == 7_095_552)
    #expect(network.layout.entries.map(\.name).contains("blocks.3.gru.bias_hh_l0"))
  }

  @Test(arguments: [(6, 3, 5, 2), (1, 1, 2, 1), (3, 1, 9, 3), (2, 6, 16, 1), (1, 512, 4, 1)])
  func gradientsAreDerivatives(_ shape: (dim: Int, context: Int, width: Int, layers: Int)) {
    var configuration = configuration(
      dim: shape.dim, context: shape.context, width: shape.width, layers: shape.layers)
    GradientTrial(GRUNetwork(configuration), windows: 3, capacity: 5).expectGradients()
    configuration.hasPositionalScalar = true
    var options = ForwardOptions()
    options.positionalScale = 0.3
    GradientTrial(GRUNetwork(configuration), windows: 2, options: options).expectGradients()
  }
}
