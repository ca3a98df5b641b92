import Kernels
import Learning
import Networks
import Testing
import Vectors

/// Scores of a validation stream, against their definitions.
@Suite struct ValidationTests {
  /// 300 windows: a bank of 256 and one of 44.
  private static let vectors: [[[Float]]] = {
    var generator = SeededGenerator(seed: 4)
    let common = [0.9, -0.5, 0.2, 0.4]
    return (0..<300).map { _ in
      (0..<4).map { _ in common.map { Float($0 + 0.6 * generator.gaussian()) } }
    }
  }()

  private func cosine(_ a: [Double], _ b: [Double]) -> Double {
    func product(_ x: [Double], _ y: [Double]) -> Double { zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } }
    return product(a, b) / (product(a, a) * product(b, b)).squareRoot()
  }

  @Test func figuresAreThoseOfTheirDefinitions() throws {
    var configuration = Configuration(.lstm, dim: 4, context: 3)
    (configuration.hidden, configuration.layers) = (6, 1)
    let network = try configuration.network()
    let parameters = Parameters<Double>(network.layout)
    parameters.initialize(seed: 2)
    let learner = Learner(
      network, parameters: parameters, optimizer: Optimizer(network.layout, rule: AdamW(learningRate: 0, decay: 0)))
    let validation = try Validation(
      learner, roles: Roles(context: 3), dim: 4, previous: .secondLast, options: ForwardOptions())
    var store = WindowStore(dim: 4, slots: 4)
    for (window, vectors) in Self.vectors.enumerated() {
      store.begin()
      for vector in vectors { vector.withUnsafeBytes { store.append($0) } }
      store.keep(article: UInt64(window), chunks: Array(0..<4))
    }
    validation.constant = [0.3, 0.1, -0.2, 0.4]
    store.withBlock { block in for window in 0..<block.windows { validation.add(block, window) } }
    let found = try #require(validation.finish())
    let expected = expected(network, parameters)
    #expect(found.windows == 300)
    #expect(abs(found.cosineNext - (try #require(expected["next"])).mean) < 1e-6)
    #expect(abs(found.cosinePrevious - (try #require(expected["previous"])).mean) < 1e-6)
    #expect(abs(found.cosineLast - (try #require(expected["last"])).mean) < 1e-6)
    #expect(abs(found.cosineAnchor - (try #require(expected["anchor"])).mean) < 1e-6)
    #expect(abs(found.error - (try #require(expected["error"])).mean) < 1e-6)
    #expect(abs(found.recall - (try #require(expected["hit"])).mean) < 1e-9)
    #expect(found.recall > 0.02 && found.recall < 0.5)
    #expect(found.margin == found.cosineNext - found.cosinePrevious)
    for name in ValidationFigures.baselineNames {
      let baseline = try #require(found.baselines[name])
      #expect(abs(baseline.cosineNext - (try #require(expected["\(name) next"])).mean) < 1e-6)
      #expect(abs(baseline.cosinePrevious - (try #require(expected["\(name) previous"])).mean) < 1e-6)
      #expect(abs(baseline.cosineLast - (try #require(expected["\(name) last"])).mean) < 1e-6)
    }
    #expect(abs((try #require(found.spread)) - (try #require(expected["spread"])).mean) < 1e-6)
    let use = try #require(found.contextUse)
    for (change, name) in [(use.reversed, "reversed"), (use.other, "other")] {
      let values = try #require(expected[name])
      #expect(abs(change.mean - values.mean) < 1e-6)
      let variance = values.reduce(0) { $0 + ($1 - values.mean) * ($1 - values.mean) } / 255
      #expect(abs(change.error - (variance / 256).squareRoot()) < 1e-6)
    }
    // It comes back from a checkpoint.
    #expect(ValidationFigures(found.json) == found)
  }

  private func expected(_ network: any Network, _ parameters: Parameters<Double>) -> [String: [Double]] {
    let workspace = network.makeWorkspace(Double.self, capacity: 1, training: false, contextGradient: false)
    let windows = Self.vectors.map { $0.map { $0.map(Double.init) } }
    func output(_ context: [[Double]]) -> [Double] {
      for slot in 0..<3 { _ = workspace.contexts.row(slot).update(fromContentsOf: context[slot]) }
      workspace.forward(parameters, windows: 1, options: ForwardOptions())
      return Array(workspace.output.row(0))
    }
    let outputs = windows.map { output(Array($0[..<3])) }
    func spread(_ vectors: [[Double]]) -> Double {
      let units = vectors.map { vector in vector.map { $0 / vector.reduce(0) { $0 + $1 * $1 }.squareRoot() } }
      return 1 - (0..<4).reduce(0) { sum, i in sum + units.map { $0[i] }.mean * units.map { $0[i] }.mean }
    }
    var figures = ["spread": [spread(outputs) / spread(windows.map { $0[3] })]]
    for (index, window) in windows[..<256].enumerated() {
      let own = cosine(outputs[index], window[3])
      figures["reversed", default: []].append(cosine(output(window[..<3].reversed()), window[3]) - own)
      figures["other", default: []].append(cosine(outputs[(index + 128) % 256], window[3]) - own)
    }
    for (index, (window, output)) in zip(windows, outputs).enumerated() {
      let length = output.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let anchor = (0..<4).map { i in (window[0][i] + window[1][i] + window[2][i]) / 3 }
      let bank = index < 256 ? windows[..<256] : windows[256...]
      let own = cosine(output, window[3])
      figures["next", default: []].append(own)
      figures["previous", default: []].append(cosine(output, window[1]))
      figures["last", default: []].append(cosine(output, window[2]))
      figures["anchor", default: []].append(cosine(output, anchor))
      for (name, prediction) in [
        ("constant", [0.3, 0.1, -0.2, 0.4]), ("copy-last", window[2]), ("context-mean", anchor),
      ] {
        figures["\(name) next", default: []].append(cosine(prediction, window[3]))
        figures["\(name) previous", default: []].append(cosine(prediction, window[1]))
        figures["\(name) last", default: []].append(cosine(prediction, window[2]))
      }
      figures["error", default: []].append(
        zip(output, window[3]).reduce(0) { $0 + ($1.0 / length - $1.1) * ($1.0 / length - $1.1) } / 4)
      figures["hit", default: []].append(bank.count { cosine(output, $0[3]) > own } < 5 ? 1 : 0)
    }
    return figures
  }
}

extension [Double] {
  fileprivate var mean: Double { reduce(0, +) / Double(count) }
}
