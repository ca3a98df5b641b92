import Kernels
import Testing
import Vectors

@testable import Networks

@Suite struct TransformerTests {
  private func configuration(context: Int = 3, dim: Int = 6) -> Configuration {
    var configuration = Configuration(.transformer, dim: dim, context: context)
    (configuration.width, configuration.layers, configuration.heads) = (8, 2, 2)
    return configuration
  }

  @Test(arguments: [1, 2, 3])
  func gradientsAreDifferences(context: Int) {
    var configuration = configuration(context: context)
    configuration.dropout = 0.2
    var options = ForwardOptions()
    options.lastSlotBias = 0.3
    for noise in [nil, Noise(seed: 3, step: 1)] {
      options.noise = noise
      GradientTrial(TransformerNetwork(configuration), windows: 3, capacity: 4, options: options)
        .expectGradients()
    }
  }

  @Test func hasTheParametersOfItsSize() {
    let network = TransformerNetwork(Configuration(.transformer, dim: 768, context: 5))
    #expect(network.layout.trainable == 17_867_520)
  }

  /// 26 positions are computed by products, fewer in loops.
  @Test(arguments: [3, 26], [true, false])
  func attentionsGradientsAreDifferences(context: Int, isCausal: Bool) {
    let (n, width) = (2, 6)
    for firstOutput in [0, context - 1] {
      let attention = Attention(heads: 2, context: context, firstOutput: firstOutput, isCausal: isCausal)
      let arena = Arena<Double>()
      // Queries; keys and values side by side; and the weights of the output's entries in the loss.
      let shapes = [(attention.queries * n, width), (context * n, 2 * width), (attention.outputs * n, width)]
      let values = shapes.map { random(arena.matrix(rows: $0, columns: $1)) }
      let gradients = shapes.map { arena.matrix(rows: $0, columns: $1) }
      let output = arena.matrix(rows: attention.outputs * n, columns: width)
      let state = Attention.State(attention, capacity: n, drops: true, in: arena)
      let scratch = arena.matrix(rows: n * 2, columns: attention.outputs * context)
      for dropout in [nil, Dropout(Noise(seed: 1, step: 2), site: 3, rate: 0.3)] {
        func loss() -> Double {
          attention.forward(
            .init(q: values[0], keysValues: values[1]), into: output, windows: n, lastSlotBias: 0.4, dropout: dropout,
            state)
          return zip(GradientCheck.copy(output), GradientCheck.copy(values[2])).reduce(0) { $0 + $1.0 * $1.1 }
        }
        _ = loss()
        attention.backward(
          values[2], .init(q: values[0], keysValues: values[1]), into: .init(q: gradients[0], keysValues: gradients[1]),
          windows: n, dropout: dropout, state, scratch: scratch)
        for role in 0..<2 { #expect(GradientCheck.error(of: gradients[role], by: values[role], loss) < 1e-7) }
      }
    }
  }

  private func random(_ matrix: Matrix<Double>) -> Matrix<Double> {
    var generator = SeededGenerator(seed: 9, stream: UInt64(matrix.rows))
    for i in matrix.entries.indices { matrix.entries[i] = generator.gaussian() }
    return matrix
  }
}
