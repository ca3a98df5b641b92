internal import Descriptors
internal import Failures
public import JSON
internal import Networks

extension Recipe {
  /// Reads a recipe's JSON.
  ///
  /// - Throws: `Failure` `.badData` that names the path of the key: unknown, of the wrong type, out of range or missing.
  public init(parsing bytes: UnsafeRawBufferPointer) throws {
    guard let json = try? JSON(parsing: bytes) else {
      throw FileFormat.failure(of: bytes, expected: "a recipe", .json)
        ?? Failure(.badData, "expected a recipe, found what is not JSON", hint: "jq . FILE says where the fault is")
    }
    try self.init(json)
  }

  /// Reads a recipe from a JSON value; throws as `init(parsing:)` does.
  public init(_ json: JSON) throws {
    self = try RecipeObject.whole(json, path: "") { try Recipe(reading: &$0) }
    try check()
  }

  private init(reading object: inout RecipeObject) throws {
    self.init(name: try object.text("name"))
    description = try object.text("description", default: "")
    data = try object.object("data") { try Data(reading: &$0) } ?? Data()
    model = try object.object("model") { try Model(reading: &$0) } ?? Model()
    batch = try object.integer("batch", in: 2...65_536, default: batch)
    learningRate = try object.number("lr", in: 0...10, default: learningRate)
    weightDecay = try object.number("weight_decay", in: 0...1, default: weightDecay)
    epochs = try object.integer("epochs", in: 1...100_000, default: epochs)
    clip = try object.number("clip", in: 1e-6...1e6, default: clip)
    plateau = try object.object("plateau") { try Plateau(reading: &$0) }
    schedule = try object.object("schedule") { try Schedule(reading: &$0) }
    select = try object.choice("select", default: select)
    windowWeighting = try object.object("gate_weights") { try WindowWeighting(reading: &$0) }
    augmentation = try object.object("augment") { try Augmentation(reading: &$0) }
    terms = try object.list("terms") { try RecipeTerm(reading: &$0) }
    stages = try object.list("stages") { try Stage(reading: &$0) }
  }

  /// What no key can tell alone.
  private func check() throws {
    func fault(_ path: String, _ problem: String) -> Failure { Failure(.badData, problem, at: path) }
    guard !terms.isEmpty else { throw fault("terms", "expected a term at least") }
    for (index, term) in terms.enumerated() {
      if terms.prefix(index).contains(where: { $0.name == term.name }) {
        throw fault("terms[\(index)].term", "\(term.name) appears twice")
      }
      if term.isWindowWeighted, windowWeighting == nil {
        throw fault("terms[\(index)].gated", "expected gate_weights in the recipe")
      }
    }
    let needed = terms.map(\.needs.futures).max() ?? 0
    guard data.futures >= needed else {
      throw fault("data.futures", "expected \(needed) at least for the terms, found \(data.futures)")
    }
    guard stages.first.map({ $0.from == 1 }) ?? true, zip(stages, stages.dropFirst()).allSatisfy({ $0.from < $1.from })
    else { throw fault("stages", "expected the first stage from epoch 1, the others from later and later ones") }
  }
}

extension Recipe.Data {
  fileprivate init(reading object: inout RecipeObject) throws {
    offset = try object.integer("offset", in: 1...1024, default: 1)
    previous = try object.choice("previous", default: .last)
    negatives = try object.integer("negatives", in: 0...1024, default: 0)
    futures = try object.integer("futures", in: 0...1024, default: 0)
    filter = try object.object("gate") { gate in
      Recipe.WindowFilter(by: try gate.choice("by"), minimum: try gate.number("min", in: -2...2))
    }
  }
}

extension Recipe.Model {
  fileprivate init(reading object: inout RecipeObject) throws {
    architecture = try object.text("arch", default: architecture)
    residual = try Self.readResidual(&object)
    for name in Self.sizeNames where object.has(name) { sizes[name] = try object.integer(name, in: 1...65_536) }
    if object.has("dropout") { dropout = try object.number("dropout", in: 0...1.0.nextDown) }
    for key in Self.sizeNames + ["dropout"] { _ = object.take(key) }
    if object.has("positional_scalar") { positionalScalar = try object.byEpoch("positional_scalar", in: 0...100) }
    if object.has("last_slot_bias") { lastSlotBias = try object.byEpoch("last_slot_bias", in: 0...100) }
    _ = object.take("positional_scalar")
    _ = object.take("last_slot_bias")
  }
}

extension Recipe.Model {
  /// `true` and `false`, as recipes had it when there was one kind, or a name.
  private static func readResidual(_ object: inout RecipeObject) throws -> Configuration.Residual {
    if object.isBool("residual") {
      return try object.bool("residual", default: false) ? .last : .none
    }
    return try object.choice("residual", default: Configuration.Residual.none)
  }
}

extension Recipe.Schedule {
  fileprivate init(reading object: inout RecipeObject) throws {
    let warmUp = try object.integer("warmup", in: 0...Self.longest, default: 0)
    guard object.has("steps") != object.has("epochs") else {
      throw Failure(.badData, "expected either steps or epochs", at: object.path)
    }
    let unit = object.has("steps") ? "steps" : "epochs"
    let count = try object.integer(unit, in: 1...Self.longest)
    let length = unit == "steps" ? count - warmUp : count
    guard length >= 1 else { throw Failure(.badData, "expected fewer than steps", at: object.path(of: "warmup")) }
    let tail = object.has("tail") ? try object.integer("tail", in: 1...length) : nil
    self.init(
      decay: try object.choice("decay", default: .cosine), warmUp: warmUp,
      end: unit == "steps" ? .step(count) : .epochs(count), tail: tail,
      floor: try object.number("floor", in: 0...1, default: 0))
    for key in ["steps", "epochs", "tail"] { _ = object.take(key) }
    if decay != .wsd, tail != nil {
      throw Failure(.badData, "expected only with the decay wsd", at: object.path(of: "tail"))
    }
  }
}

extension Recipe.Plateau {
  fileprivate init(reading object: inout RecipeObject) throws {
    factor = try object.number("factor", in: 0...1, default: factor)
    patience = try object.integer("patience", in: 0...100_000, default: patience)
    threshold = try object.number("threshold", in: 0...1, default: threshold)
  }
}

extension WindowWeighting {
  fileprivate init(reading object: inout RecipeObject) throws {
    self.init()
    minimum = try object.number("min", in: -2...2, default: minimum)
    weak = try object.number("weak", in: 0...1, default: weak)
    reference = try object.choice("reference", default: reference)
    reduction = try object.choice("reduction", default: reduction)
  }
}

extension Augmentation {
  fileprivate init(reading object: inout RecipeObject) throws {
    self.init()
    dropProbability = try object.number("context_drop", in: 0...1, default: dropProbability)
    noiseProbability = try object.number("last_slot_noise", in: 0...1, default: noiseProbability)
    overwriteShare = try object.number("overwrite", in: 0...1, default: overwriteShare)
    deviation = try object.number("sigma", in: 0...10, default: deviation)
  }
}

extension Recipe.Stage {
  fileprivate init(reading object: inout RecipeObject) throws {
    name = try object.text("name")
    top = try object.number("top", in: 0...1)
    from = try object.integer("from", in: 1...100_000)
    gates =
      try object.object("gates") { gates in
        try Recipe.Stage.gateNames.reduce(into: [:]) { minimums, key in
          if gates.has(key) { minimums[key] = try gates.number(key, in: -2...2) }
          _ = gates.take(key)
        }
      } ?? [:]
  }
}

extension RecipeTerm {
  fileprivate init(reading object: inout RecipeObject) throws {
    name = try object.name("term", among: LossTerms.names)
    (parameters, weight) = ([:], try WeightRule(reading: &object))
    isWindowWeighted = try object.bool("gated", default: false)
    // Defaults are filled in here: a recipe that states them and one that does not are the same recipe.
    for parameter in kind.parameters {
      parameters[parameter.key] = try object.byEpoch(
        parameter.key, in: parameter.range, default: parameter.defaultValue, always: false)
    }
    try check(kind, object)
  }

  private func check(_ kind: any LossTerm.Type, _ object: RecipeObject) throws {
    for parameter in kind.parameters where parameter.isWhole {
      guard let value = parameters[parameter.key] else { continue }
      guard case .constant(let number) = value, number == number.rounded() else {
        throw Failure(.badData, "expected one whole number", at: object.path(of: parameter.key))
      }
    }
    guard case .weight = weight.base, weight.ratio == nil else {
      guard name != MeanSquaredError.name else {
        throw Failure(.badData, "expected a weight for mse, of which other terms take a share", at: object.path)
      }
      return
    }
  }
}

extension WeightRule {
  fileprivate init(reading object: inout RecipeObject) throws {
    let ratio = try object.object("rho") { rho in
      let target = rho.has("target") ? try rho.byEpoch("target", in: 0...100) : nil
      _ = rho.take("target")
      return Ratio(target: target, cap: try rho.byEpoch("cap", in: 0...100))
    }
    self.init(try Self.base(&object, ratio: ratio))
    self.ratio = ratio
    minimum = try object.number("min", in: 0...1e6, default: 0)
    maximum = try object.number("max", in: 0...Double.infinity, default: .infinity)
    guard minimum <= maximum else { throw Failure(.badData, "expected at least min", at: object.path(of: "max")) }
    confidence = try object.object("confidence") {
      Confidence(from: try $0.number("from", in: -1...1), over: try $0.number("over", in: 1e-6...2))
    }
    adaptive = try object.object("adaptive") {
      Adaptive(center: try $0.number("center", in: -1...1), width: try $0.number("width", in: 1e-6...2))
    }
    skipsSign = try object.bool("sign_skip", default: false)
  }

  /// A weight or a fraction; neither where the target of ρ says it all.
  private static func base(_ object: inout RecipeObject, ratio: Ratio?) throws -> Base {
    let hasFraction = object.has("fraction")
    if hasFraction, object.has("weight") {
      throw Failure(.badData, "expected either weight or fraction", at: object.path(of: "fraction"))
    }
    defer {
      _ = object.take("weight")
      _ = object.take("fraction")
    }
    if hasFraction { return .fraction(try object.byEpoch("fraction", in: 0...100, always: false)) }
    if let target = ratio?.target, !object.has("weight") { return .fraction(target) }
    return .weight(try object.byEpoch("weight", in: 0...1e6, always: false))
  }
}
