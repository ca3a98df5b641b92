import Kernels
import Learning
import Testing

@Suite struct LossTests {
  private func check<Scalar: Real>(
    _ type: Scalar.Type, _ name: String, _ term: LossTerm, gate: DirectionalGate? = nil, weighted: Bool = false,
    _ tolerance: Double
  ) throws {
    let sample = try Sample<Scalar>(weighted: weighted)
    let expected = try sample.expected(name)
    let size = max(1, abs(expected.value))
    #expect(abs(sample.losses.value(of: term, gate: gate) - expected.value) < tolerance * size)
    let gradient = sample.gradient(of: term, gate: gate)
    #expect(largestDifference(gradient, expected.gradient) < tolerance * size)
    #expect(expected.gradient.contains { abs($0) > 1e-3 })
  }

  @Test(arguments: terms)
  func valueAndGradientAsPyTorchHasThem(_ name: String, _ term: LossTerm) throws {
    try check(Float.self, name, term, 1e-5)
    try check(Double.self, name, term, 1e-9)
    guard term != .moment && term != .variance else { return }
    try check(Float.self, name + ":weighted", term, weighted: true, 1e-5)
    try check(Double.self, name + ":weighted", term, weighted: true, 1e-9)
  }

  @Test func gates() throws {
    var gate = DirectionalGate()
    let term = LossTerm.directionalSmooth(margin: 0.05)
    try check(Double.self, "gate", term, gate: gate, 1e-9)
    try check(Float.self, "gate", term, gate: gate, 1e-5)
    gate.multipliesByMeanWeight = true
    try check(Double.self, "gate:mean", term, gate: gate, 1e-9)
    gate = DirectionalGate()
    gate.comparesLastWithItself = true
    try check(Double.self, "gate:itself", term, gate: gate, 1e-9)
  }

  @Test func gradientsOfTermsAddUp() throws {
    let sample = try Sample<Double>()
    let expected = try sample.expected("sum")
    // The gradient of an earlier batch, finished or not, is forgotten.
    _ = sample.gradient(of: .infoNCE())
    sample.losses.addGradient(of: .symmetricInfoNCE(), weight: 9)
    sample.losses.load(sample.batch)
    var sum = 0.0
    let order = [
      "mse", "directionalHinge", "directionalSmooth", "gapRatio", "positiveFloor", "norm", "orthogonality",
      "antiCopyHinge", "futureMargin", "microDirectional", "infoNCE", "listwise", "symmetricInfoNCE", "previousRepel",
      "teacherPull", "moment", "variance",
    ]
    #expect(order == terms.map(\.name))
    for (index, term) in terms.enumerated() {
      let weight = 0.5 + Double(index)
      sum += weight * sample.losses.addGradient(of: term.term, weight: weight)
    }
    sample.losses.finishGradient(into: sample.gradient)
    #expect(abs(sum - expected.value) < 1e-8)
    #expect(largestDifference(Array(sample.gradient.entries), expected.gradient) < 1e-8)
    sample.losses.finishGradient(into: sample.gradient, adding: true)
    #expect(largestDifference(Array(sample.gradient.entries), expected.gradient) < 1e-8)
  }

  @Test(arguments: terms)
  func gradientIsTheSlope(_ name: String, _ term: LossTerm) throws {
    let sample = try Sample<Double>(weighted: true)
    let gradient = sample.gradient(of: term)
    let step = 1e-5
    for index in sample.batch.output.entries.indices {
      let middle = sample.batch.output.entries[index]
      let values = [middle + step, middle - step].map { moved in
        sample.batch.output.entries[index] = moved
        sample.losses.load(sample.batch)
        return sample.losses.value(of: term)
      }
      sample.batch.output.entries[index] = middle
      #expect(abs((values[0] - values[1]) / (2 * step) - gradient[index]) < 1e-6)
    }
  }
}
