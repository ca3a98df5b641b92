import Kernels
import Testing
import Vectors

@testable import Networks
@testable import Prediction

/// Predictions whose work is shared against those of a pass made for training, which shares nothing.
@Suite struct PredictorTests {
  private static let dim = 6

  private static func configuration(context: Int, layers: Int) -> Configuration {
    var configuration = Configuration(.transformer, dim: dim, context: context)
    (configuration.width, configuration.heads, configuration.layers) = (12, 3, layers)
    return configuration
  }

  /// Parameters far from their beginnings, so that every one of them shows in the output.
  private static func parameters<Scalar: Real>(_ network: any Network) -> Parameters<Scalar> {
    let parameters = Parameters<Scalar>(network.layout)
    var generator = SeededGenerator(seed: 4, stream: 9)
    for (index, entry) in network.layout.entries.enumerated() {
      parameters.initialize(index)
      if entry.isConstant { continue }
      let numbers = parameters[index].entries
      for i in numbers.indices { numbers[i] += Scalar(0.5 * generator.gaussian()) }
    }
    return parameters
  }

  /// Chunk `number`'s vector.
  private static func vector(_ number: Int) -> [Float] {
    var generator = SeededGenerator(seed: 1, stream: UInt64(number))
    return (0..<dim).map { _ in Float(generator.gaussian()) }
  }

  private static func fill<Scalar: Real>(_ contexts: Matrix<Scalar>, _ windows: [[Int]]) {
    for (window, chunks) in windows.enumerated() {
      for (slot, chunk) in chunks.enumerated() {
        let row = contexts.row(slot * windows.count + window)
        for (entry, value) in vector(chunk).enumerated() { row[entry] = Scalar(value) }
      }
    }
  }

  /// Windows of neighbouring targets; the next step of their rollout; orders turned, a chunk repeated, and strangers.
  private static func calls(context: Int) -> [[[Int]]] {
    let base = (0..<5).map { Array($0..<$0 + context) }
    return [
      base, base.map { Array($0.dropFirst()) + [100 + $0[0]] }, base.map { $0.reversed() },
      base.map { chunks in chunks.map { _ in chunks[context - 1] } }, Array(base[1..<3]), [base[0], base[0]],
      (0..<5).map { start in (0..<context).map { 200 + 17 * start + $0 } },
    ]
  }

  /// The largest difference from what a pass computes of each call alone.
  private func error<Scalar: Real>(
    _ network: any Network, _ predictor: any Predictor<Scalar>, _ parameters: Parameters<Scalar>,
    _ options: ForwardOptions, _ calls: [[[Int]]], forgets: Bool = false
  ) -> Double {
    let workspace = network.makeWorkspace(Scalar.self, capacity: 5, training: true, contextGradient: false)
    var worst = 0.0
    for windows in calls {
      Self.fill(predictor.contexts, windows)
      predictor.predict(windows: windows.count)
      Self.fill(workspace.contexts, windows)
      workspace.forward(parameters, windows: windows.count, options: options)
      for window in windows.indices {
        for (found, expected) in zip(predictor.output.row(window), workspace.output.row(window)) {
          let difference = Double(abs(found - expected))
          // A NaN must not pass for a small error.
          worst = difference <= worst ? worst : difference
        }
      }
      if forgets { predictor.forget() }
    }
    return worst
  }

  @Test(arguments: [1, 2, 5], [1, 2, 4])
  func predictsAsAPass(context: Int, layers: Int) {
    let network = TransformerNetwork(Self.configuration(context: context, layers: layers))
    var options = ForwardOptions()
    options.lastSlotBias = 0.7
    let calls = Self.calls(context: context)
    for forgets in [false, true] {
      // With room for all calls, and with room for one, where what was kept must go.
      for room in [1, 2, calls.count] {
        let parameters: Parameters<Double> = Self.parameters(network)
        let predictor = DecoderPredictor(
          network.stack, network.head, parameters, options: options, capacity: 5, calls: room)
        #expect(error(network, predictor, parameters, options, calls, forgets: forgets) < 1e-10)
      }
    }
    let parameters: Parameters<Float> = Self.parameters(network)
    let predictor = DecoderPredictor(
      network.stack, network.head, parameters, options: options, capacity: 5, calls: 2)
    #expect(error(network, predictor, parameters, options, calls) < 1e-3)
  }

  @Test(arguments: [
    Configuration.Architecture.lstm, .gru, .amn, .rankerTransformer, .rankerLSTM, .mixtureTransformer, .mixtureLSTM,
  ])
  func everyArchitecturePredictsAsItTrains(_ architecture: Configuration.Architecture) throws {
    var configuration = Configuration(architecture, dim: Self.dim, context: 4)
    (configuration.width, configuration.hidden, configuration.heads, configuration.layers) = (8, 8, 2, 2)
    let network = try configuration.network()
    let parameters: Parameters<Double> = Self.parameters(network)
    let predictor = network.makePredictor(parameters, options: ForwardOptions(), capacity: 5, calls: 3)
    #expect(error(network, predictor, parameters, ForwardOptions(), Self.calls(context: 4)) < 1e-10)
  }

  @Test func knowsThePositionalColumn() {
    var configuration = Self.configuration(context: 3, layers: 2)
    configuration.hasPositionalScalar = true
    let network = TransformerNetwork(configuration)
    let parameters: Parameters<Double> = Self.parameters(network)
    var options = ForwardOptions()
    options.positionalScale = 0.8
    let predictor = DecoderPredictor(
      network.stack, network.head, parameters, options: options, capacity: 5, calls: 2)
    #expect(error(network, predictor, parameters, options, Self.calls(context: 3)) < 1e-10)
  }

  @Test func theWrapperAddsItsResidual() throws {
    var configuration = Configuration(.transformer, dim: Self.dim, context: 2)
    (configuration.width, configuration.heads, configuration.layers) = (16, 2, 2)
    configuration.residual = .last
    let network = try configuration.network()
    #expect(DecoderPredictor<Double>.pays(for: configuration))
    let parameters: Parameters<Double> = Self.parameters(network)
    let predictor = network.makePredictor(parameters, options: ForwardOptions(), capacity: 5, calls: 3)
    #expect(error(network, predictor, parameters, ForwardOptions(), Self.calls(context: 2)) < 1e-10)
  }

  @Test func eachBeginningHasOneNode() throws {
    let tree = PrefixTree<Double>(context: 3, dim: Self.dim, chunks: 30, nodes: 60, leaves: 20)
    let arena = Arena<Double>()
    let contexts = arena.matrix(rows: 15, columns: Self.dim)
    func add(_ windows: [[Int]]) throws -> [Int] {
      Self.fill(contexts, windows)
      return try #require(tree.add(contexts, windows: windows.count))
    }
    func counts() -> [Int] { [tree.chunks.count, tree.nodes.count, tree.leaves.count] }
    // Five windows of seven chunks in a row.
    let base = (0..<5).map { [$0, $0 + 1, $0 + 2] }
    #expect(try add(base) == [0, 1, 2, 3, 4])
    #expect(counts() == [7, 15, 5])
    // The second step of a rollout begins as the next window does; after the last window there is none.
    _ = try add(base.map { [$0[1], $0[2], 100 + $0[0]] })
    #expect(counts() == [12, 15 + 4 + 3, 10])
    // The same windows once more, and one of them twice, are nothing new.
    #expect(try add(base + []) == [0, 1, 2, 3, 4])
    #expect(try add([base[3], base[3]]) == [3, 3])
    #expect(counts() == [12, 22, 10])
    // Only the last chunk is another.
    #expect(try add([[0, 1, 50]]) == [10])
    #expect(counts() == [13, 23, 11])
    tree.removeAll()
    #expect(try add([base[4]]) == [0])
    #expect(counts() == [3, 3, 1])
  }

  @Test func aTreeWithoutRoomSaysSo() {
    for (chunks, nodes, leaves) in [(6, 15, 5), (7, 14, 5), (7, 15, 4)] {
      let tree = PrefixTree<Double>(context: 3, dim: Self.dim, chunks: chunks, nodes: nodes, leaves: leaves)
      let arena = Arena<Double>()
      let contexts = arena.matrix(rows: 15, columns: Self.dim)
      Self.fill(contexts, (0..<5).map { [$0, $0 + 1, $0 + 2] })
      #expect(tree.add(contexts, windows: 5) == nil)
    }
  }
}
