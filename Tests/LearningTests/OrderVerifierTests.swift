import JSON
import Kernels
import Networks
import Testing

@testable import Learning

@Suite struct OrderVerifierTests {
  private func check<Scalar: Real>(_ type: Scalar.Type, _ tolerance: Double) throws {
    let sample = try Sample<Scalar>()
    let json = try #require(sample.fixture.json["verifier"])
    let verifier = OrderVerifier(dim: 7, hidden: (4, 3), dropout: 0)
    let parameters = Parameters<Scalar>(verifier.layout)
    for (index, entry) in verifier.layout.entries.enumerated() {
      let numbers = try Fixture.numbers(json["parameters"]?[entry.name])
      try #require(numbers.count == entry.count)
      for (i, number) in numbers.enumerated() { parameters[index].entries[i] = Scalar(number) }
    }
    let workspace = verifier.makeWorkspace(Scalar.self, capacity: 6)
    for window in 0..<5 {
      let row = window..<window + 1
      workspace.set(window, sample.batch.contexts.rows(row), sample.batch.target.rows(row), isForward: true)
      let second = sample.batch.contexts.rows(5 + window..<6 + window)
      workspace.set(5 + window, second, sample.batch.target.rows(row), isForward: false)
    }
    workspace.finishPairs(10, noise: nil)
    let (value, accuracy) = workspace.forward(parameters)
    let expected = (try #require(json["value"]?.double), try #require(json["accuracy"]?.double))
    #expect(abs(value - expected.0) < tolerance && accuracy == expected.1)
    let gradients = Parameters<Scalar>(verifier.layout)
    workspace.backward(parameters, weight: 0.5, into: gradients)
    workspace.backward(parameters, weight: 0.5, into: gradients, adding: true)
    for (index, entry) in verifier.layout.entries.enumerated() {
      let numbers = try Fixture.numbers(json["gradients"]?[entry.name])
      #expect(largestDifference(gradients[index].entries.map { Double($0) }, numbers) < tolerance)
      #expect(numbers.contains { abs($0) > 1e-4 })
    }
  }

  @Test func valueAndGradientsAsPyTorchHasThem() throws {
    try check(Float.self, 1e-5)
    try check(Double.self, 1e-12)
  }

  @Test func hasTheSeedsShapes() {
    let entries = OrderVerifier(dim: 768).layout.entries
    #expect(
      entries.map(\.name) == ["mlp.0.weight", "mlp.0.bias", "mlp.3.weight", "mlp.3.bias", "mlp.6.weight", "mlp.6.bias"])
    #expect(entries.map(\.shape) == [[256, 3072], [256], [128, 256], [128], [1, 128], [1]])
  }

  /// Windows whose chunks tell their place: it learns their order, from the noise of each step alone.
  @Test func learnsOrder() {
    func train(threads: Int) -> (accuracy: Double, values: [Double]) {
      try? Workers.use(threads: threads)
      defer { try? Workers.use(threads: 1) }
      let arena = Arena<Float>()
      let (windows, slots, dim) = (20, 3, 4)
      let contexts = arena.matrix(rows: slots * windows, columns: dim)
      let target = arena.matrix(rows: windows, columns: dim)
      for window in 0..<windows {
        for slot in 0..<slots { contexts[slot * windows + window, window % dim] = Float(slot) }
        target[window, window % dim] = Float(slots)
      }
      let verifier = OrderVerifier(dim: dim, hidden: (32, 16))
      let parameters = Parameters<Float>(verifier.layout)
      let gradients = Parameters<Float>(verifier.layout)
      parameters.initialize(seed: 1)
      let optimizer = Optimizer<Float>(verifier.layout, rule: AdamW(learningRate: 0.01, decay: 0.01))
      let workspace = verifier.makeWorkspace(Float.self, capacity: windows)
      var (accuracy, values) = (0.0, [Double]())
      for step in 0..<150 {
        workspace.load(target: target, contexts: contexts, noise: Noise(seed: 3, step: step))
        let result = workspace.forward(parameters)
        workspace.backward(parameters, weight: 1, into: gradients)
        optimizer.update(parameters, gradients)
        accuracy = result.accuracy
        values.append(result.value)
      }
      return (accuracy, values)
    }
    let one = train(threads: 1)
    #expect(one.values[0] > 0.4 && one.accuracy > 0.9)
    // Another number of threads may round differently (LossEdgeTests).
    let two = train(threads: 2)
    #expect(two.accuracy == one.accuracy)
    #expect(zip(two.values, one.values).allSatisfy { abs($0 - $1) < 1e-4 })
  }
}
