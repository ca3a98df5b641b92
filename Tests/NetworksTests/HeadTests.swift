import Failures
import Kernels
import Networks
import Testing

/// Rankers, mixtures, amn, ridge and the residual wrapper: sizes, gradients and edges.
@Suite struct HeadTests {
  private static let architectures: [Configuration.Architecture] = [
    .rankerLSTM, .mixtureLSTM, .rankerTransformer, .mixtureTransformer, .amn, .mlp, .ridge,
  ]

  private func small(
    _ architecture: Configuration.Architecture, dim: Int = 5, context: Int = 3
  ) -> Configuration {
    var configuration = Configuration(architecture, dim: dim, context: context)
    (configuration.width, configuration.hidden, configuration.layers, configuration.heads) = (8, 6, 2, 2)
    configuration.dropout = 0
    return configuration
  }

  @Test(arguments: [
    (Configuration.Architecture.amn, 1_510_912), (.rankerLSTM, 5_384_449), (.mixtureLSTM, 4_859_397),
    (.rankerTransformer, 13_660_929), (.mixtureTransformer, 13_138_437), (.ridge, 768 * 5 * 768 + 768),
    (.mlp, 2_360_576),
  ])
  func hasThePublishedSize(_ architecture: Configuration.Architecture, _ count: Int) throws {
    var configuration = Configuration(architecture, dim: 768, context: 5)
    #expect(try configuration.network().layout.trainable == count)
    configuration.residual = .last
    let wrapped = try configuration.network()
    #expect(wrapped.layout.trainable == count + 1)
    #expect(wrapped.layout.entries.filter { !$0.name.hasPrefix("base.") }.map(\.name) == ["alpha"])
    configuration.residual = .mean
    #expect(try configuration.network().layout.trainable == count + 1 + 5)
  }

  /// It begins as the mean of the context, and every part of it can learn.
  @Test(arguments: Configuration.Architecture.allCases)
  func aMeanResidualBeginsAsTheMean(_ architecture: Configuration.Architecture) throws {
    var configuration = small(architecture)
    configuration.residual = .mean
    let network = try configuration.network()
    let trial = GradientTrial(network, windows: 3)
    trial.parameters.initialize(seed: 3)
    trial.backward()
    for window in 0..<3 {
      for column in 0..<configuration.dim {
        let mean = (0..<3).reduce(0) { $0 + trial.workspace.contexts[$1 * 3 + window, column] } / 3
        #expect(abs(trial.workspace.output[window, column] - mean) < 1e-12)
      }
    }
    let learning = network.layout.entries.indices.filter { trial.gradients[$0].entries.contains { $0 != 0 } }
    #expect(
      learning.contains {
        network.layout.entries[$0].name.hasPrefix("base.") || network.layout.entries[$0].name == "alpha"
      })
    #expect(learning.contains { network.layout.entries[$0].name == "slots" })
  }

  // Not ranker-transformer: the steps of the differences cross kinks of its many ReLUs. It is held against PyTorch.
  @Test(arguments: architectures.filter { $0 != .rankerTransformer }, Configuration.Residual.allCases)
  func gradientsAreDerivatives(
    _ architecture: Configuration.Architecture, _ residual: Configuration.Residual
  ) throws {
    var configuration = small(architecture)
    configuration.residual = residual
    GradientTrial(try configuration.network(), windows: 3, capacity: 4).expectGradients(within: 1e-6)
  }

  @Test(arguments: architectures) func oneSlotAndOneEntryAreEnough(_ architecture: Configuration.Architecture) throws {
    GradientTrial(try small(architecture, dim: 4, context: 1).network(), windows: 2).expectGradients(within: 1e-6)
    var configuration = small(architecture, dim: 1, context: 2)
    configuration.residual = .last
    for configuration in [configuration, small(architecture, dim: 1, context: 1)] {
      let trial = GradientTrial(try configuration.network(), windows: 2)
      trial.backward()
      #expect(isFinite(trial))
    }
  }

  @Test(arguments: architectures) func zeroContextsGiveNumbers(_ architecture: Configuration.Architecture) throws {
    for residual in Configuration.Residual.allCases {
      var configuration = small(architecture)
      configuration.residual = residual
      let trial = GradientTrial(try configuration.network(), windows: 2)
      trial.workspace.contexts.fill(0)
      trial.backward()
      #expect(isFinite(trial))
    }
  }

  private func isFinite(_ trial: GradientTrial) -> Bool {
    let matrices = [trial.workspace.output, trial.gradients.all] + (trial.workspace.contextGradient.map { [$0] } ?? [])
    return matrices.allSatisfy { GradientCheck.copy($0).allSatisfy(\.isFinite) }
  }

  @Test(arguments: [Configuration.Architecture.rankerLSTM, .mixtureLSTM, .mixtureTransformer])
  func gradientsAreDerivativesUnderDropout(_ architecture: Configuration.Architecture) throws {
    var configuration = small(architecture)
    configuration.dropout = 0.3
    configuration.hasPositionalScalar = true
    var options = ForwardOptions()
    options.noise = Noise(seed: 4, step: 2)
    options.positionalScale = 0.5
    GradientTrial(try configuration.network(), windows: 3, options: options).expectGradients(within: 1e-6)
  }

  @Test func amnReadsThePositionalColumn() throws {
    var configuration = small(.amn)
    configuration.hasPositionalScalar = true
    var options = ForwardOptions()
    options.positionalScale = 0.5
    GradientTrial(try configuration.network(), windows: 3, options: options).expectGradients(within: 1e-6)
  }

  @Test(arguments: [Configuration.Architecture.rankerLSTM, .mixtureLSTM])
  func outputsHaveLengthOne(_ architecture: Configuration.Architecture) throws {
    let trial = GradientTrial(try small(architecture).network(), windows: 3)
    _ = trial.loss()
    for row in 0..<3 { #expect(abs(trial.workspace.output.row(row).reduce(0) { $0 + $1 * $1 } - 1) < 1e-12) }
  }

  /// A ranker whose head gives a known vector shows λ = 0.8 at first.
  @Test func anchoringBeginsAtFourFifths() throws {
    let trial = GradientTrial(try small(.rankerLSTM, dim: 2, context: 2).network(), windows: 1, spread: 0)
    for (index, entry) in trial.network.layout.entries.enumerated() {
      if entry.name == "head.3.weight" { trial.parameters[index].fill(0) }
      if entry.name == "head.3.bias" {
        trial.parameters[index][0, 0] = 7
        trial.parameters[index][0, 1] = 0
      }
    }
    for slot in 0..<2 {
      trial.workspace.contexts[slot, 0] = 0
      trial.workspace.contexts[slot, 1] = 3
    }
    _ = trial.loss()
    // u(0.8·(1, 0) + 0.2·(0, 1)).
    let length = (0.64 + 0.04).squareRoot()
    #expect(abs(trial.workspace.output[0, 0] - 0.8 / length) < 1e-12)
    #expect(abs(trial.workspace.output[0, 1] - 0.2 / length) < 1e-12)
  }

  /// amn with a residual net that gives 0 is the mean of the context.
  @Test func amnBeginsFromTheMean() throws {
    let trial = GradientTrial(try small(.amn).network(), windows: 2)
    for (index, entry) in trial.network.layout.entries.enumerated() where entry.name.hasPrefix("residual_net.6") {
      trial.parameters[index].fill(0)
    }
    _ = trial.loss()
    for row in 0..<2 {
      for column in 0..<5 {
        let mean = (0..<3).reduce(0) { $0 + trial.workspace.contexts[$1 * 2 + row, column] } / 3
        #expect(abs(trial.workspace.output[row, column] - mean) < 1e-12)
      }
    }
  }

  /// A pass that leaves out the contexts' gradient takes other ways in places.
  @Test(arguments: architectures) func gradientsAreTheSameWithoutTheContexts(
    _ architecture: Configuration.Architecture
  ) throws {
    let network = try small(architecture).network()
    let trial = GradientTrial(network, windows: 3)
    trial.backward()
    let workspace = network.makeWorkspace(Double.self, capacity: 3, training: true, contextGradient: false)
    workspace.contexts.copy(from: trial.workspace.contexts)
    workspace.outputGradient.copy(from: trial.workspace.outputGradient)
    let gradients = Parameters<Double>(network.layout)
    workspace.forward(trial.parameters, windows: 3, options: ForwardOptions())
    workspace.backward(trial.parameters, windows: 3, options: ForwardOptions(), into: gradients, adding: false)
    #expect(workspace.contextGradient == nil)
    let pairs = zip(GradientCheck.copy(gradients.all), GradientCheck.copy(trial.gradients.all))
    #expect(pairs.allSatisfy { abs($0 - $1) <= 1e-12 * max(1, abs($0)) })
    #expect(GradientCheck.copy(gradients.all).contains { $0 != 0 })
  }

  @Test func figuresAreTheSameOnTwoThreads() throws {
    for architecture in Self.architectures {
      var results: [[Float]] = []
      for threads in [1, 2] {
        try? Workers.use(threads: threads)
        let network = try small(architecture, dim: 96, context: 4).network()
        let parameters = Parameters<Float>(network.layout)
        let gradients = Parameters<Float>(network.layout)
        parameters.initialize(seed: 3)
        let workspace = network.makeWorkspace(Float.self, capacity: 40, training: true, contextGradient: false)
        for (i, row) in (0..<workspace.contexts.rows).enumerated() {
          for column in 0..<96 { workspace.contexts[row, column] = Float((i * 31 + column * 17) % 23 - 11) / 9 }
        }
        workspace.outputGradient.copy(from: workspace.contexts.first(40).columns(0..<96))
        workspace.forward(parameters, windows: 40, options: ForwardOptions())
        workspace.backward(parameters, windows: 40, options: ForwardOptions(), into: gradients, adding: false)
        results.append(Array(workspace.output.entries) + Array(gradients.all.entries))
      }
      // OpenBLAS rounds differently where the threads' shares have other shapes.
      let isSame = zip(results[0], results[1]).allSatisfy { abs($0 - $1) <= 1e-4 * max(1, abs($0)) }
      #expect(isSame, "\(architecture)")
    }
    try? Workers.use(threads: 1)
  }

  @Test func sizesThatMakeNoNetworkAreRefused() {
    func refused(_ architecture: Configuration.Architecture, _ change: (inout Configuration) -> Void) -> Bool {
      var configuration = Configuration(architecture, dim: 8, context: 5)
      change(&configuration)
      do {
        _ = try configuration.network()
        return false
      } catch let failure as Failure {
        return failure.status == .badData
      } catch {
        return false
      }
    }
    #expect(refused(.amn) { $0.dim = 0 })
    #expect(refused(.amn) { $0.context = 513 })
    #expect(refused(.amn) { $0.hidden = 0 })
    #expect(!refused(.amn) { $0.context = 512 })
    #expect(refused(.transformer) { $0.context = 513 })
    #expect(refused(.transformer) { $0.heads = 7 })
    #expect(refused(.transformer) { $0.heads = 0 })
    #expect(!refused(.lstm) { $0.heads = 7 })
    #expect(refused(.lstm) { $0.layers = 0 })
    #expect(refused(.lstm) { $0.dropout = 1 })
    #expect(refused(.lstm) { $0.dropout = .nan })
    #expect(refused(.mixtureLSTM) { $0.hidden = 1 })
    #expect(refused(.ridge) { $0.hasPositionalScalar = true })
  }
}
