import Kernels
@testable import Learning
import Networks
import Testing
import Vectors

/// The rollout loss of whole chains, against its definition and against differences.
@Suite struct RolloutChainTests {
  private static let dim = 3
  private static let windows = 2

  /// A network of context 2, its parameters, and windows with three futures.
  private struct Trial {
    let network: any Network
    let parameters: Parameters<Double>
    let batch: WindowBatch<Double>
    let workspace: any Workspace<Double>
    let chain: RolloutChain<Double>

    init(horizon: Int) throws {
      var configuration = Configuration(.lstm, dim: dim, context: 2)
      (configuration.hidden, configuration.layers, configuration.dropout) = (4, 1, 0)
      network = try configuration.network()
      parameters = Parameters(network.layout)
      parameters.initialize(seed: 3)
      batch = WindowBatch(dim: dim, roles: Roles(context: 2, futures: 3), capacity: 4)
      workspace = network.makeWorkspace(Double.self, capacity: 4, training: true, contextGradient: false)
      chain = RolloutChain(network, capacity: 4, horizon: horizon, seed: 1)
      fill()
    }

    private func fill() {
      var generator = SeededGenerator(seed: 9)
      var store = WindowStore(dim: dim, slots: 6)
      for window in 0..<windows {
        store.begin()
        for _ in 0..<6 {
          let vector = (0..<dim).map { _ in Float(generator.gaussian()) }
          vector.withUnsafeBytes { store.append($0) }
        }
        store.keep(article: UInt64(window), chunks: Array(0..<6))
      }
      store.withBlock { block in for window in 0..<windows { batch.append(block, window) } }
      batch.close()
    }

    func value() -> Double {
      let rows = 2 * windows
      workspace.contexts.first(rows).copy(from: batch.contexts.first(rows))
      workspace.forward(parameters, windows: windows, options: ForwardOptions())
      return chain.forward(parameters, workspace: workspace, batch: batch, step: 1, options: ForwardOptions())
    }

    /// The gradient of `weight` times the value, by the parameters.
    func gradient(weight: Double) -> Parameters<Double> {
      _ = value()
      let gradients = Parameters<Double>(network.layout)
      let output = workspace.outputGradient.first(windows)
      output.fill(0)
      chain.backward(
        parameters, workspace: workspace, weight: weight, options: ForwardOptions(), into: gradients,
        outputGradient: output)
      workspace.backward(
        parameters, windows: windows, options: ForwardOptions(), into: gradients, adding: chain.hasWorkspaces)
      return gradients
    }
  }

  /// One step after the other by hand: predictions slide in until the context holds nothing else.
  @Test func theValueIsThatOfPredictionsSlidIn() throws {
    let trial = try Trial(horizon: 4)
    let workspace = trial.network.makeWorkspace(Double.self, capacity: 1, training: false, contextGradient: false)
    var sum = 0.0
    for window in 0..<Self.windows {
      var context = (0..<2).map { Array(trial.batch.contexts.row($0 * Self.windows + window)) }
      for step in 0..<4 {
        for slot in 0..<2 { _ = workspace.contexts.row(slot).update(fromContentsOf: context[slot]) }
        workspace.forward(trial.parameters, windows: 1, options: ForwardOptions())
        let output = Array(workspace.output.row(0))
        let length = output.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let unit = output.map { $0 / length }
        let futures = try #require(trial.batch.futures)
        let truth =
          step == 0 ? trial.batch.targets.row(window) : futures.row((step - 1) * Self.windows + window)
        sum += zip(unit, truth).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        context = [context[1], unit]
      }
    }
    #expect(abs(trial.value() - sum / Double(Self.windows * Self.dim * 4)) < 1e-12)
  }

  @Test(arguments: [1, 2, 4])
  func theGradientIsThatOfDifferences(_ horizon: Int) throws {
    let trial = try Trial(horizon: horizon)
    let gradients = trial.gradient(weight: 0.7)
    let numbers = trial.parameters.all.entries
    for entry in trial.network.layout.entries {
      for index in [entry.offset, entry.offset + entry.count / 2, entry.offset + entry.count - 1] {
        let (start, step) = (numbers[index], 1e-5)
        numbers[index] = start + step
        let above = trial.value()
        numbers[index] = start - step
        let below = trial.value()
        numbers[index] = start
        let slope = 0.7 * (above - below) / (2 * step)
        #expect(abs(gradients.all.entries[index] - slope) < 1e-8, "\(entry.name)")
      }
    }
  }
}
