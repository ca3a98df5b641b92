import JSON
import Kernels
import Learning
import Networks
import Testing

@Suite struct OptimizerTests {
  private func layout() -> (ParameterLayout, [String: Int]) {
    var layout = ParameterLayout()
    let weight = layout.add("a.weight", [3, 7], .constant(0))
    _ = layout.addConstant("fixed", [6], .constant(2))
    let bias = layout.add("b", [5], .constant(0))
    return (layout, ["a.weight": weight, "b": bias])
  }

  private func fill<Scalar: Real>(_ parameters: Parameters<Scalar>, _ places: [String: Int], _ json: JSON?) throws {
    for (name, index) in places {
      for (i, number) in try Fixture.numbers(json?[name]).enumerated() { parameters[index].entries[i] = Scalar(number) }
    }
  }

  private func check<Scalar: Real>(_ type: Scalar.Type, _ tolerance: Double) throws {
    let json = try #require(Fixture().json["adamw"])
    let (layout, places) = layout()
    let parameters = Parameters<Scalar>(layout)
    let gradients = Parameters<Scalar>(layout)
    parameters.initialize(seed: 1)
    try fill(parameters, places, json["start"])
    gradients[1].fill(100)
    let optimizer = Optimizer<Scalar>(layout, rule: AdamW(learningRate: 0.01, decay: 0.1))
    for step in try #require(json["steps"]?.array) {
      try fill(gradients, places, step["gradients"])
      let norm = optimizer.squaredNorm(gradients).squareRoot()
      let expected = try #require(step["norm"]?.double)
      #expect(abs(norm - expected) < tolerance * norm)
      optimizer.update(parameters, gradients, scale: Norms<Scalar>.clippingScale(norm: norm, maximum: 1))
      for (name, index) in places {
        let expected = try Fixture.numbers(step["parameters"]?[name])
        let found = parameters[index].entries.map { Double($0) }
        for (a, b) in zip(found, expected) { #expect(abs(a - b) < tolerance * max(abs(b), 0.01)) }
      }
    }
    // Constants stay, and so does what lies between entries.
    #expect(parameters[1].entries.allSatisfy { $0 == 2 } && optimizer.first[1].entries.allSatisfy { $0 == 0 })
    #expect(parameters.all.entries[21..<32].allSatisfy { $0 == 0 })
    #expect(parameters.all.entries.suffix(11).allSatisfy { $0 == 0 })
  }

  @Test func stepsAsPyTorchTakesThem() throws {
    try check(Float.self, 1e-6)
    try check(Double.self, 1e-12)
  }

  @Test func runsOfWhatIsLearnt() {
    var layout = ParameterLayout()
    #expect(layout.trainableRuns.isEmpty)
    _ = layout.addConstant("c", [3], .constant(1))
    _ = layout.add("w", [20], .constant(1))
    _ = layout.add("v", [2, 2], .constant(1))
    _ = layout.addConstant("d", [1], .constant(1))
    _ = layout.add("u", [], .constant(1))
    #expect(layout.trainableRuns == [16..<52, 80..<81])
  }

  @Test func threadsChangeNothing() {
    func run(_ threads: Int) -> (Double, [Float]) {
      try? Workers.use(threads: threads)
      defer { try? Workers.use(threads: 1) }
      var layout = ParameterLayout()
      let index = layout.add("w", [150_001], .uniform(1))
      let parameters = Parameters<Float>(layout)
      let gradients = Parameters<Float>(layout)
      parameters.initialize(seed: 1)
      gradients.initialize(seed: 2)
      let optimizer = Optimizer<Float>(layout, rule: AdamW(learningRate: 0.1, decay: 0.1))
      for _ in 0..<3 { optimizer.update(parameters, gradients, scale: 0.5) }
      return (optimizer.squaredNorm(gradients), Array(parameters[index].entries))
    }
    let one = run(1)
    #expect(abs(one.0 - 50_000) < 1000)
    for threads in [2, 3] { #expect(run(threads) == one) }
  }
}
