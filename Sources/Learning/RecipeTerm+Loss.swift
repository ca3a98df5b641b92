extension RecipeTerm {
  /// The term of an epoch; nil for those that are more than a function of one batch's outputs.
  public func loss(epoch: Int) -> LossTerm? {
    func value(_ key: String) -> Double { parameter(key, epoch: epoch) }
    return switch kind {
    case .mse: .mse
    case .directionalHinge: .directionalHinge(margin: value("margin"))
    case .directionalSmooth: .directionalSmooth(margin: value("margin"), gamma: value("gamma"))
    case .directionalGapRatio:
      .gapRatio(
        gapMargin: value("gap_margin"), ratioMargin: value("ratio_margin"), gamma: value("gamma"),
        alpha: value("alpha"))
    case .positiveFloor: .positiveFloor(threshold: value("threshold"))
    case .norm: .norm
    case .orthogonality: .orthogonality
    case .antiCopy: .antiCopyHinge(margin: value("margin"))
    case .futureMargin: .futureMargin(margin: value("margin"))
    case .microDirectional: .microDirectional(gamma: value("gamma"), margin: value("margin"))
    case .infoNCE: .infoNCE(temperature: value("temperature"))
    case .symmetricInfoNCE: .symmetricInfoNCE(temperature: value("temperature"))
    case .previousRepel: .previousRepel(margin: value("margin"))
    case .teacherPull: .teacherPull(threshold: value("threshold"))
    case .listwise: .listwise(temperature: value("temperature"), others: Int(value("others")))
    case .moment: .moment
    case .variance: .variance
    case .orderVerifier, .rollout: nil
    }
  }

  /// Whether the term counts in an epoch.
  public func isActive(epoch: Int) -> Bool {
    switch weight.base {
    case .weight(let weight): weight.value(epoch: epoch) > 0
    case .fraction(let fraction): fraction.value(epoch: epoch) > 0
    }
  }
}

extension Recipe.Gate {
  /// As the losses take it.
  var directional: DirectionalGate {
    var gate = DirectionalGate()
    gate.threshold = minimum
    gate.weakWeight = weak
    gate.comparesLastWithItself = reference == .last
    gate.multipliesByMeanWeight = reduction == .mean
    return gate
  }
}

extension Recipe.Augment {
  /// As it is applied.
  var augmentation: Augmentation {
    var augmentation = Augmentation()
    augmentation.dropProbability = contextDrop
    augmentation.noiseProbability = lastSlotNoise
    augmentation.overwriteShare = overwrite
    augmentation.deviation = sigma
    return augmentation
  }
}
