public import JSON
internal import Networks

extension Recipe {
  /// How a recipe is written.
  public enum Form: Sendable {
    /// Without the keys that are at their default: what checkpoints keep.
    case stored
    /// With every key, `null` where there is no value: what `recipe-info` prints.
    case complete
  }

  /// The recipe as checkpoints keep it.
  public var json: JSON { json(.stored) }

  /// The recipe as JSON, from which `init(_:)` makes an equal recipe, whatever the form.
  public func json(_ form: Form) -> JSON {
    var members: [String: JSON] = [
      "name": .string(name), "data": data.json(form), "model": model.json(form), "batch": .integer(Int64(batch)),
      "lr": .number(learningRate), "weight_decay": .number(weightDecay), "epochs": .integer(Int64(epochs)),
      "clip": .number(clip), "terms": .array(terms.map { $0.json(form) }), "plateau": plateau?.json ?? .null,
    ]
    members.add("description", description.isEmpty ? nil : .string(description), form, absent: "")
    members.add("gate_weights", windowWeighting?.json, form)
    members.add("augment", augmentation?.json, form)
    members.add("schedule", schedule?.json(form), form)
    members.add("select", select == .cosine ? nil : .string(select.rawValue), form, absent: .string(select.rawValue))
    members.add("stages", stages.isEmpty ? nil : .array(stages.map { $0.json(form) }), form, absent: [])
    return .object(members)
  }
}

extension [String: JSON] {
  /// Adds a value that may be absent: the complete form then writes `absent`, the stored one nothing.
  fileprivate mutating func add(_ key: String, _ value: JSON?, _ form: Recipe.Form, absent: JSON = .null) {
    if let value {
      self[key] = value
    } else if form == .complete {
      self[key] = absent
    }
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
  fileprivate func json(_ form: Recipe.Form) -> JSON {
    var members: [String: JSON] = [
      "offset": .integer(Int64(offset)), "previous": .string(previous.rawValue),
      "negatives": .integer(Int64(negatives)), "futures": .integer(Int64(futures)),
    ]
    members.add("gate", filter.map { ["by": .string($0.by.rawValue), "min": .number($0.minimum)] }, form)
    return .object(members)
  }
}

extension Recipe.Model {
  fileprivate func json(_ form: Recipe.Form) -> JSON {
    var members: [String: JSON] = ["arch": .string(architecture), "residual": residual.json]
    for name in Self.sizeNames { members.add(name, sizes[name].map { .integer(Int64($0)) }, form) }
    members.add("dropout", dropout.map { .number($0) }, form)
    members.add("positional_scalar", positionalScalar?.json, form)
    members.add("last_slot_bias", lastSlotBias?.json, form)
    return .object(members)
  }
}

extension Configuration.Residual {
  /// As recipes had it when there was one kind, so that what they print is what it was.
  fileprivate var json: JSON {
    switch self {
    case .none: false
    case .last: true
    case .mean: .string(rawValue)
    }
  }
}

extension Recipe.Schedule {
  fileprivate func json(_ form: Recipe.Form) -> JSON {
    var members: [String: JSON] = [
      "decay": .string(decay.rawValue), "warmup": .integer(Int64(warmUp)), "floor": .number(floor),
    ]
    let (steps, epochs): (Int?, Int?) =
      switch end {
      case .step(let last): (last, nil)
      case .epochs(let count): (nil, count)
      }
    members.add("steps", steps.map { .integer(Int64($0)) }, form)
    members.add("epochs", epochs.map { .integer(Int64($0)) }, form)
    members.add("tail", tail.map { .integer(Int64($0)) }, form)
    return .object(members)
  }
}

extension Recipe.Plateau {
  fileprivate var json: JSON {
    ["factor": .number(factor), "patience": .integer(Int64(patience)), "threshold": .number(threshold)]
  }
}

extension WindowWeighting {
  fileprivate var json: JSON {
    [
      "min": .number(minimum), "weak": .number(weak), "reference": .string(reference.rawValue),
      "reduction": .string(reduction.rawValue),
    ]
  }
}

extension Augmentation {
  fileprivate var json: JSON {
    [
      "context_drop": .number(dropProbability), "last_slot_noise": .number(noiseProbability),
      "overwrite": .number(overwriteShare), "sigma": .number(deviation),
    ]
  }
}

extension Recipe.Stage {
  fileprivate func json(_ form: Recipe.Form) -> JSON {
    var members: [String: JSON] = ["name": .string(name), "top": .number(top), "from": .integer(Int64(from))]
    var minimums: [String: JSON] = [:]
    for name in Self.gateNames { minimums.add(name, gates[name].map { .number($0) }, form) }
    if form == .complete || !minimums.isEmpty { members["gates"] = .object(minimums) }
    return .object(members)
  }
}

extension RecipeTerm {
  fileprivate func json(_ form: Recipe.Form) -> JSON {
    var members = parameters.mapValues(\.json)
    members["term"] = .string(name)
    members.add("gated", isWindowWeighted ? true : nil, form, absent: false)
    return .object(members.merging(weight.members(form)) { _, own in own })
  }
}

extension WeightRule {
  fileprivate func members(_ form: Recipe.Form) -> [String: JSON] {
    var members: [String: JSON] = [:]
    let (weight, fraction): (JSON?, JSON?) =
      switch base {
      case .weight(let weight): (weight.json, nil)
      case .fraction(let fraction): (nil, fraction.json)
      }
    members.add("weight", weight, form)
    members.add("fraction", fraction, form)
    members.add("min", minimum > 0 ? .number(minimum) : nil, form, absent: 0)
    members.add("max", maximum.isFinite ? .number(maximum) : nil, form)
    members.add("rho", ratio?.json(form), form)
    members.add("confidence", confidence.map { ["from": .number($0.from), "over": .number($0.over)] }, form)
    members.add("adaptive", adaptive.map { ["center": .number($0.center), "width": .number($0.width)] }, form)
    members.add("sign_skip", skipsSign ? true : nil, form, absent: false)
    return members
  }
}

extension WeightRule.Ratio {
  fileprivate func json(_ form: Recipe.Form) -> JSON {
    var members = ["cap": cap.json]
    members.add("target", target?.json, form)
    return .object(members)
  }
}
