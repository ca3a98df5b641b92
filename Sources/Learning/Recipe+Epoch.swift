public import JSON

extension Recipe {
  /// The stage that an epoch belongs to; nil if the recipe has no stages.
  ///
  /// - Parameter epoch: counted from 1.
  public func stage(epoch: Int) -> Stage? { stages.last { $0.from <= epoch } }

  /// The stage that ends before an epoch, if the epoch begins the next one.
  ///
  /// Its gates must be reached before the epoch is trained.
  public func stageEnding(before epoch: Int) -> Stage? {
    guard stages.contains(where: { $0.from == epoch }) else { return nil }
    return stages.last { $0.from < epoch }
  }

  /// What holds in one epoch, as a flat object of plain values.
  ///
  /// - Parameter epoch: counted from 1.
  public func json(epoch: Int) -> JSON {
    let stage = stage(epoch: epoch)
    let ending = stageEnding(before: epoch)
    let active = terms.filter { $0.isActive(epoch: epoch) }
    return [
      "epoch": .integer(Int64(epoch)), "stage": stage.map { .string($0.name) } ?? .null,
      "top": .number(stage?.top ?? 1), "begins_stage": .bool(stages.contains { $0.from == epoch }),
      "gates": .object((ending?.gates ?? [:]).mapValues { .number($0) }),
      "batch": .integer(Int64(batch)), "lr": .number(learningRate), "weight_decay": .number(weightDecay),
      "clip": .number(clip), "select": .string(select.rawValue),
      "positional_scalar": .figure(model.positionalScalar?.value(epoch: epoch)),
      "last_slot_bias": .figure(model.lastSlotBias?.value(epoch: epoch)),
      "terms": .object(Dictionary(uniqueKeysWithValues: active.map { ($0.name, $0.json(epoch: epoch)) })),
    ]
  }
}

extension RecipeTerm {
  /// The parameters and the base weight of an epoch.
  fileprivate func json(epoch: Int) -> JSON {
    var members: [String: JSON] = [:]
    for parameter in kind.parameters { members[parameter.key] = .number(self.parameter(parameter.key, epoch: epoch)) }
    switch weight.base {
    case .weight(let weight): members["weight"] = .number(weight.value(epoch: epoch))
    case .fraction(let fraction): members["fraction"] = .number(fraction.value(epoch: epoch))
    }
    if let ratio = weight.ratio {
      members["rho_cap"] = .number(ratio.cap.value(epoch: epoch))
      members["rho_target"] = .figure(ratio.target?.value(epoch: epoch))
    }
    return .object(members)
  }
}
