import Testing

@testable import Learning

@Suite struct WeightRuleTests {
  private func batch(_ mse: Double, next: Double = 0.5, previous: Double = 0.4) -> BatchSummary {
    BatchSummary(mse: mse, cosineNext: next, cosinePrevious: previous)
  }

  private func isClose(_ a: Double?, _ b: Double) -> Bool { a.map { abs($0 - b) < 1e-12 } ?? false }

  @Test func aFractionOfTheErrorIsClamped() {
    var rule = WeightRule(.fraction(.steps([.init(1, 0.10), .init(4, 0.15)])))
    rule.minimum = 1e-4
    rule.maximum = 0.02
    // 0.10 · 0.08 / 0.5 = 0.016; from epoch 4 0.15 · 0.08 / 0.5 = 0.024, above the most.
    #expect(isClose(rule.weight(epoch: 3, loss: 0.5, batch: batch(0.08)).value, 0.016))
    #expect(isClose(rule.weight(epoch: 3, loss: 0.5, batch: batch(0.08)).ratio, 0.10))
    #expect(rule.weight(epoch: 4, loss: 0.5, batch: batch(0.08)).value == 0.02)
    #expect(rule.weight(epoch: 1, loss: 0.5, batch: batch(1e-5)).value == 1e-4)
  }

  @Test func theCapLowersTheWeight() {
    var rule = WeightRule(.fraction(.constant(0.10)))
    rule.minimum = 0.01
    rule.maximum = 0.02
    rule.ratio = .init(cap: .constant(0.25))
    // The least, 0.01 · 0.5 = 0.005, is 5 times the MSE of 0.001: lowered to 0.25 · 0.001 / 0.5.
    let weight = rule.weight(epoch: 1, loss: 0.5, batch: batch(0.001))
    #expect(isClose(weight.value, 0.0005))
    #expect(isClose(weight.ratio, 0.25))
  }

  @Test func theControllerRaisesAndLowers() {
    var rule = WeightRule(.weight(.constant(0.01)))
    rule.maximum = 0.03
    rule.ratio = .init(target: .constant(0.15), cap: .constant(0.35))
    // ρ = 0.01 · 0.4 / 0.04 = 0.1 < 0.12: raised to 0.15 · 0.04 / 0.4.
    #expect(isClose(rule.weight(epoch: 1, loss: 0.4, batch: batch(0.04)).value, 0.015))
    // ρ = 0.01 · 0.4 / 0.03 = 0.133 is near enough.
    #expect(rule.weight(epoch: 1, loss: 0.4, batch: batch(0.03)).value == 0.01)
    // ρ = 0.4 is above the cap: 0.35 · 0.01 / 0.4.
    #expect(isClose(rule.weight(epoch: 1, loss: 0.4, batch: batch(0.01)).value, 0.00875))
    // 0.15 · 0.5 / 0.4 would be 0.1875: the most is 0.03.
    #expect(rule.weight(epoch: 1, loss: 0.4, batch: batch(0.5)).value == 0.03)
  }

  @Test func confidenceScales() {
    var rule = WeightRule(.weight(.constant(0.02)))
    rule.confidence = .init(from: 0.30, over: 0.15)
    for (cosine, scale) in [(0.2, 0.0), (0.30, 0), (0.36, 0.4), (0.45, 1), (0.9, 1)] {
      let weight = rule.weight(epoch: 1, loss: 1, batch: batch(1, next: cosine))
      #expect(isClose(weight.value, 0.02 * scale))
      #expect(isClose(weight.confidence, scale))
    }
  }

  @Test(arguments: [
    (-0.01, 0.3, true), (0.0, -0.2, true), (0.04, -0.06, true), (0.04, -0.04, false), (0.06, -0.5, false),
  ])
  func badSignsSkip(_ next: Double, _ previous: Double, _ skips: Bool) {
    var rule = WeightRule(.weight(.constant(0.02)))
    let signs = batch(1, next: next, previous: previous)
    #expect(!rule.weight(epoch: 1, loss: 1, batch: signs).isSkipped)
    rule.skipsSign = true
    let weight = rule.weight(epoch: 1, loss: 1, batch: signs)
    #expect(weight.isSkipped == skips)
    #expect(weight.value == (skips ? 0 : 0.02))
  }

  @Test func theAdaptiveWeightGrowsWhereCopyingTempts() {
    var rule = WeightRule(.weight(.constant(0.002)))
    rule.adaptive = .init(center: 0.60, width: 0.05)
    let weight = rule.weight(epoch: 6, loss: 1, batch: batch(1), lastCosines: [0.60, 0.60])
    #expect(isClose(weight.value, 0.003))
    let far = rule.weight(epoch: 6, loss: 1, batch: batch(1), lastCosines: [0.65, 0.55])
    #expect(isClose(far.value, 0.003))
    let high = rule.weight(epoch: 6, loss: 1, batch: batch(1), lastCosines: [0.65])
    // sigmoid(1) = 0.7310585786300049
    #expect(isClose(high.value, 0.002 * 1.7310585786300049))
  }

  @Test func thePlateauHalvesAtTheFourthBadEpoch() {
    var schedule = PlateauSchedule(Recipe.Plateau())
    var factors: [Double] = []
    // 0.99995 is not better than 1 by a factor 1e-4.
    for error in [1.0, 0.99995, 1, 1, 1, 1, 1, 1, 0.5, 0.6] {
      schedule.add(error: error)
      factors.append(schedule.factor)
    }
    #expect(factors == [1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5])
    #expect((schedule.best, schedule.badEpochs) == (0.5, 1))
  }
}

@Suite struct TrainingAlarmTests {
  private func epoch(
    next: Double = 0.5, previous: Double = 0.4, last: Double = 0.4, anchor: Double = 0.5, training: Double = 0.1,
    terms: Set<String> = ["mse"]
  ) -> EpochFigures {
    EpochFigures(
      cosineNext: next, cosinePrevious: previous, cosineLast: last, cosineAnchor: anchor, trainingMargin: training,
      activeTerms: terms)
  }

  @Test func aGoodEpochRaisesNone() {
    #expect(TrainingAlarm.raised(by: epoch(), after: [epoch()]).isEmpty)
  }

  @Test func alarmsFollowTheirRules() {
    #expect(TrainingAlarm.raised(by: epoch(previous: 0.6, training: -0.1), after: []) == [.backward])
    #expect(
      TrainingAlarm.raised(by: epoch(previous: 0.6), after: []) == [.backward, .trainValidationMismatch])
    #expect(TrainingAlarm.raised(by: epoch(last: 0.51), after: []) == [.copyLast])
    #expect(TrainingAlarm.raised(by: epoch(anchor: 0.04), after: []) == [.orthogonalEscape])
    let fallen = epoch(next: 0.30, previous: 0.1, last: 0.1)
    #expect(TrainingAlarm.raised(by: fallen, after: [epoch(next: 0.51), epoch(next: 0.4)]) == [.orthogonalEscape])
    #expect(TrainingAlarm.raised(by: fallen, after: [epoch(next: 0.49)]).isEmpty)
  }

  private func found(
    constant: Double = 0.1, mean: ValidationFigures.Baseline? = nil, spread: Double = 0.8, reversed: Double = -0.2,
    other: Double = -0.3
  ) -> ValidationFigures {
    var figures = ValidationFigures(
      windows: 100, cosineNext: 0, cosinePrevious: 0, cosineLast: 0, cosineAnchor: 0, error: 0, recall: 0)
    figures.baselines["constant"] = .init(cosineNext: constant, cosinePrevious: constant, cosineLast: constant)
    figures.baselines["context-mean"] = mean
    figures.spread = spread
    figures.contextUse = .init(
      reversed: .init(mean: reversed, error: 0.01), other: .init(mean: other, error: 0.01))
    return figures
  }

  @Test func alarmsCompareWithWhatNeedsNoTraining() {
    func alarms(_ epoch: EpochFigures, _ figures: ValidationFigures) -> [TrainingAlarm] {
      var epoch = epoch
      epoch.validation = figures
      return TrainingAlarm.raised(by: epoch, after: [])
    }
    #expect(alarms(epoch(), found()).isEmpty)
    #expect(alarms(epoch(next: 0.09, previous: 0.05, last: 0.05), found()) == [.belowConstant])
    #expect(alarms(epoch(), found(spread: 0.09)) == [.collapsed])
    #expect(alarms(epoch(), found(reversed: 0.019, other: -0.02)) == [.ignoresContext])
    // A model that is blind to order by construction, but uses the context.
    #expect(alarms(epoch(), found(reversed: 0)).isEmpty)
    // The mean of the context resembles the chunk before by 0.2 more than the target.
    let mean = ValidationFigures.Baseline(cosineNext: 0.45, cosinePrevious: 0.65, cosineLast: 0.65)
    let near = epoch(previous: 0.69, last: 0.69, training: -0.1)
    #expect(alarms(near, found(mean: mean)).isEmpty)
    #expect(alarms(near, found()) == [.backward, .copyLast])
    #expect(alarms(epoch(previous: 0.71, last: 0.71, training: -0.1), found(mean: mean)) == [.backward, .copyLast])
  }

  /// P7's record: the anchor fell from 0.588 to 0.391 when the teacher pull ended.
  @Test func aTermSwitchedOffMayTakeTheModelWithIt() {
    let before = epoch(anchor: 0.588, terms: ["info-nce", "teacher-pull"])
    let after = epoch(anchor: 0.391, terms: ["info-nce"])
    #expect(TrainingAlarm.raised(by: after, after: [before]) == [.warmUpCollapse])
    #expect(TrainingAlarm.raised(by: epoch(anchor: 0.391, terms: before.activeTerms), after: [before]).isEmpty)
  }
}
