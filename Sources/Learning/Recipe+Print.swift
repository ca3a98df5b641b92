public import JSON

extension Recipe {
  /// The recipe with every key that matters: what `init(_:)` reads back to an equal recipe, and checkpoints keep.
  public var json: JSON {
    var members: [String: JSON] = [
      "name": .string(name), "data": data.json, "model": model.json, "batch": .integer(Int64(batch)),
      "lr": .number(learningRate), "weight_decay": .number(weightDecay), "epochs": .integer(Int64(epochs)),
      "clip": .number(clip), "terms": .array(terms.map(\.json)), "plateau": plateau?.json ?? .null,
    ]
    if !description.isEmpty { members["description"] = .string(description) }
    if let gate { members["gate_weights"] = gate.json }
    if let augment { members["augment"] = augment.json }
    if !stages.isEmpty { members["stages"] = .array(stages.map(\.json)) }
    return .object(members)
  }
}

extension EpochValue {
  var json: JSON {
    switch self {
    case .constant(let value): .number(value)
    case .steps(let steps):
      .object(Dictionary(uniqueKeysWithValues: steps.map { ("\($0.epoch)", .number($0.value)) }))
    case .ramp(let maximum, let epochs): ["ramp": .number(maximum), "epochs": .integer(Int64(epochs))]
    }
  }
}

extension Recipe.Data {
  fileprivate var json: JSON {
    var members: [String: JSON] = [
      "offset": .integer(Int64(offset)), "previous": .string(previous.rawValue),
      "negatives": .integer(Int64(negatives)), "futures": .integer(Int64(futures)),
    ]
    if let gate { members["gate"] = ["by": .string(gate.by.rawValue), "min": .number(gate.minimum)] }
    return .object(members)
  }
}

extension Recipe.Model {
  fileprivate var json: JSON {
    var members: [String: JSON] = ["arch": .string(architecture), "residual": .bool(isResidual)]
    if let positionalScalar { members["positional_scalar"] = positionalScalar.json }
    if let lastSlotBias { members["last_slot_bias"] = lastSlotBias.json }
    return .object(members)
  }
}

extension Recipe.Plateau {
  fileprivate var json: JSON {
    ["factor": .number(factor), "patience": .integer(Int64(patience)), "threshold": .number(threshold)]
  }
}

extension Recipe.Gate {
  fileprivate var json: JSON {
    [
      "min": .number(minimum), "weak": .number(weak), "reference": .string(reference.rawValue),
      "reduction": .string(reduction.rawValue),
    ]
  }
}

extension Recipe.Augment {
  fileprivate var json: JSON {
    [
      "context_drop": .number(contextDrop), "last_slot_noise": .number(lastSlotNoise), "overwrite": .number(overwrite),
      "sigma": .number(sigma),
    ]
  }
}

extension Recipe.Stage {
  fileprivate var json: JSON {
    var members: [String: JSON] = ["name": .string(name), "top": .number(top), "from": .integer(Int64(from))]
    if !gates.isEmpty { members["gates"] = .object(gates.mapValues { .number($0) }) }
    return .object(members)
  }
}

extension RecipeTerm {
  fileprivate var json: JSON {
    var members = parameters.mapValues(\.json)
    members["term"] = .string(kind.rawValue)
    if isGated { members["gated"] = true }
    return .object(members.merging(weight.members) { _, own in own })
  }
}

extension WeightRule {
  fileprivate var members: [String: JSON] {
    var members: [String: JSON] = [:]
    switch base {
    case .weight(let weight): members["weight"] = weight.json
    case .fraction(let fraction): members["fraction"] = fraction.json
    }
    if minimum > 0 { members["min"] = .number(minimum) }
    if maximum.isFinite { members["max"] = .number(maximum) }
    if let ratio {
      var rho = ["cap": ratio.cap.json]
      if let target = ratio.target { rho["target"] = target.json }
      members["rho"] = .object(rho)
    }
    if let confidence { members["confidence"] = ["from": .number(confidence.from), "over": .number(confidence.over)] }
    if let adaptive { members["adaptive"] = ["center": .number(adaptive.center), "width": .number(adaptive.width)] }
    if skipsSign { members["sign_skip"] = true }
    return members
  }
}
