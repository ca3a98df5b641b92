import Kernels
import Learning
import Testing

@Suite struct LossTests {
  private func check<Scalar: Real>(
    _ type: Scalar.Type, _ name: String, _ term: some LossTerm, weighting: WindowWeighting? = nil,
    weighted: Bool = false, _ tolerance: Double
  ) throws {
    let sample = try Sample<Scalar>(weighted: weighted)
    let expected = try sample.expected(name)
    let size = max(1, abs(expected.value))
    #expect(abs(sample.losses.value(of: term, weighting: weighting) - expected.value) < tolerance * size)
    let gradient = sample.gradient(of: term, weighting: weighting)
    #expect(largestDifference(gradient, expected.gradient) < tolerance * size)
    #expect(expected.gradient.contains { abs($0) > 1e-3 })
  }

  @Test(arguments: terms)
  func valueAndGradientAsInPyTorch(_ reference: ReferenceTerm) throws {
    let (name, term) = (reference.name, reference.term)
    try check(Float.self, name, term, 1e-5)
    try check(Double.self, name, term, 1e-9)
    guard reference.takesWeights else { return }
    try check(Float.self, name + ":weighted", term, weighted: true, 1e-5)
    try check(Double.self, name + ":weighted", term, weighted: true, 1e-9)
  }

  @Test func windowWeightings() throws {
    var weighting = WindowWeighting()
    let term = DirectionalSmooth(margin: 0.05, gamma: 4)
    try check(Double.self, "gate", term, weighting: weighting, 1e-9)
    try check(Float.self, "gate", term, weighting: weighting, 1e-5)
    weighting.reduction = .mean
    try check(Double.self, "gate:mean", term, weighting: weighting, 1e-9)
    weighting = WindowWeighting()
    weighting.reference = .last
    try check(Double.self, "gate:itself", term, weighting: weighting, 1e-9)
  }

  @Test func gradientsOfTermsAddUp() throws {
    let sample = try Sample<Double>()
    let expected = try sample.expected("sum")
    // The gradient of an earlier batch, finished or not, is forgotten.
    _ = sample.gradient(of: InfoNCE(temperature: 0.07))
    sample.losses.addGradient(of: SymmetricInfoNCE(temperature: 0.07), weight: 9)
    sample.losses.load(sample.batch)
    var sum = 0.0
    let order = [
      "mse", "directionalHinge", "directionalSmooth", "gapRatio", "positiveFloor", "norm", "orthogonality",
      "antiCopyHinge", "futureMargin", "microDirectional", "infoNCE", "listwise", "symmetricInfoNCE", "previousRepel",
      "teacherPull", "moment", "variance",
    ]
    #expect(order == terms.map(\.name))
    for (index, reference) in terms.enumerated() {
      let weight = 0.5 + Double(index)
      sum += weight * sample.losses.addGradient(of: reference.term, weight: weight)
    }
    sample.losses.finishGradient(into: sample.gradient)
    #expect(abs(sum - expected.value) < 1e-8)
    #expect(largestDifference(Array(sample.gradient.entries), expected.gradient) < 1e-8)
    sample.losses.finishGradient(into: sample.gradient, adding: true)
    #expect(largestDifference(Array(sample.gradient.entries), expected.gradient) < 1e-8)
  }

  /// The terms that are functions of a batch's outputs: of the others, the rollout has a check of its own, and the order
  /// verifier gives the outputs no gradient.
  static let kinds = LossTerms.names.filter { ![OrderVerification.name, RolloutError.name].contains($0) }

  /// Every term of the list, at its defaults and at two other sets of parameters, with and without a window weighting.
  @Test(arguments: kinds) func gradientIsTheSlope(_ name: String) throws {
    let kind = try #require(LossTerms.named(name))
    for share in [nil, 0.3, 0.55] {
      let values = kind.parameters.map { parameter -> (String, Double) in
        // Temperatures and sharpnesses span decades, of which the middle is where a term has a slope.
        let (low, high) = parameter.range.upperBound > 100 ? (0.05, 4) : (parameter.range.lowerBound, parameter.range.upperBound)
        let value = share.map { low + $0 * (high - low) } ?? parameter.defaultValue ?? 0.1
        return (parameter.key, parameter.isWhole ? min(value.rounded(), 3) : value)
      }
      let term = kind.init(TermParameters(Dictionary(uniqueKeysWithValues: values)))
      for weighting in [nil, WindowWeighting()] { try checkSlope(term, weighting) }
    }
  }

  private func checkSlope(_ term: some LossTerm, _ weighting: WindowWeighting?) throws {
    let sample = try Sample<Double>(weighted: true)
    let gradient = sample.gradient(of: term, weighting: weighting)
    let step = 1e-5
    for index in sample.batch.output.entries.indices {
      let middle = sample.batch.output.entries[index]
      let values = [middle + step, middle - step].map { moved in
        sample.batch.output.entries[index] = moved
        sample.losses.load(sample.batch)
        return sample.losses.value(of: term, weighting: weighting)
      }
      sample.batch.output.entries[index] = middle
      let slope = (values[0] - values[1]) / (2 * step)
      #expect(abs(slope - gradient[index]) < 1e-6 * max(1, abs(slope)), "\(term), entry \(index)")
    }
  }

  @Test func namesOfTermsAreOneEach() {
    #expect(Set(LossTerms.names).count == LossTerms.all.count)
    for kind in LossTerms.all {
      #expect(LossTerms.named(kind.name) == kind)
      for parameter in kind.parameters { #expect(parameter.defaultValue.map(parameter.range.contains) ?? true) }
    }
  }
}
