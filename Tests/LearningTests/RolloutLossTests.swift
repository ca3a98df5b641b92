import Kernels
import Learning
import Testing

@Suite struct RolloutLossTests {
  private func check<Scalar: Real>(_ type: Scalar.Type, _ tolerance: Double) throws {
    let sample = try Sample<Scalar>()
    let expected = try sample.expected("rollout")
    let loss = RolloutLoss<Scalar>(capacity: 6)
    #expect(abs(loss.evaluate(sample.batch.output, sample.batch.target) - expected.value) < tolerance)
    sample.gradient.fill(1)
    loss.evaluate(sample.batch.output, sample.batch.target, weight: 0.25, into: sample.gradient)
    loss.evaluate(sample.batch.output, sample.batch.target, weight: 0.75, into: sample.gradient, adding: true)
    #expect(largestDifference(sample.gradient.entries.map { Double($0) }, expected.gradient) < tolerance)
  }

  @Test func valueAndGradientAsPyTorchHasThem() throws {
    try check(Float.self, 1e-6)
    try check(Double.self, 1e-12)
  }

  @Test func anOutputWithoutLengthHasNoGradient() throws {
    let sample = try Sample<Float>()
    sample.batch.output.fill(0)
    let loss = RolloutLoss<Float>(capacity: 5)
    let value = loss.evaluate(sample.batch.output, sample.batch.target, into: sample.gradient)
    let squares = sample.batch.target.entries.reduce(0.0) { $0 + Double($1) * Double($1) }
    #expect(abs(value - squares / 35) < 1e-6 && sample.gradient.entries.allSatisfy { $0 == 0 })
  }
}
