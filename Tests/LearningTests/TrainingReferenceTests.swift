import JSON
import Kernels
import Learning
import Networks
import TestSupport
import Testing
import Vectors

/// Five steps under a recipe, as PyTorch makes them of the same network and the same windows (Tests/Reference/training.py).
@Suite struct TrainingReferenceTests {
  private static let reference: JSON = {
    let text = (try? Folder.text(of: Tools.root + "/Tests/Reference/training.json")) ?? ""
    return (try? JSON(parsing: text)) ?? .null
  }()

  private static let names = (reference["cases"]?.object ?? [:]).keys.sorted()

  @Test func thereAreCases() { #expect(Self.names.count == 11) }

  @Test(arguments: names)
  func doublePrecisionAgreesToTheLastDigitsWritten(_ name: String) throws {
    let (layout, after, expected) = try Self.train(name, Double.self)
    for (index, entry) in layout.entries.enumerated() where !entry.isConstant {
      let numbers = try #require(expected[entry.name])
      let difference = zip(after[index].entries, numbers).map { abs($0 - $1) }.max() ?? 0
      #expect(numbers.count == entry.count && difference < 2e-8, "\(entry.name): \(difference)")
    }
  }

  @Test(arguments: names)
  func singlePrecisionIsNear(_ name: String) throws {
    let (layout, after, expected) = try Self.train(name, Float.self)
    for (index, entry) in layout.entries.enumerated() where !entry.isConstant {
      // The gradient of an attention's key bias is 0: AdamW makes steps of what rounding leaves of it.
      if entry.name.hasSuffix("in_proj_bias") { continue }
      let numbers = try #require(expected[entry.name])
      let difference = zip(after[index].entries, numbers).map { abs(Double($0) - $1) }.max() ?? 0
      #expect(difference < 1e-4, "\(entry.name): \(difference)")
    }
  }

  /// The parameters after the steps, and those of the reference.
  private static func train<Scalar: Real>(
    _ name: String, _ type: Scalar.Type
  ) throws -> (ParameterLayout, Parameters<Scalar>, [String: [Double]]) {
    let known = try #require(reference["cases"]?[name])
    var recipe = try RecipeFolder.recipe(name)
    recipe.batch = try #require(reference["batch"]?.int)
    // Chance is not to be compared.
    recipe.augmentation = nil
    recipe.terms.removeAll { $0.name == OrderVerification.name }
    let network = try configuration(known).network()
    let parameters = Parameters<Scalar>(network.layout)
    parameters.initialize(seed: 1)
    let before = try numbers(known["before"])
    for (index, entry) in network.layout.entries.enumerated() {
      guard let values = before[entry.name] else { continue }
      for (i, value) in values.enumerated() { parameters[index].entries[i] = Scalar(value) }
    }
    let learner = Learner(
      network, parameters: parameters, optimizer: Optimizer(network.layout, rule: AdamW(learningRate: 0, decay: 0)))
    let steps = try #require(known["steps"]?.array)
    let index = TrainingPass<Scalar>.Position(
      epoch: try #require(known["epoch"]?.int), step: 0, seed: 1, learningRate: recipe.learningRate)
    var taken = 0
    try withWindows { roles, block in
      let workspace = try TrainingPass(learner, recipe: recipe, roles: roles, dim: block.dim, at: index)
      for window in 0..<block.windows {
        guard let figures = try workspace.add(block, window) else { continue }
        try compare(figures, steps[taken])
        taken += 1
      }
      #expect(try workspace.finish() == nil)
    }
    #expect(taken == steps.count)
    return (network.layout, parameters, try numbers(known["after"]))
  }

  private static func compare(_ figures: StepFigures, _ known: JSON) throws {
    func isNear(_ a: Double?, _ b: Double?) -> Bool {
      a != nil && b != nil && abs((a ?? 0) - (b ?? 0)) < 2e-5 * max(1, abs(b ?? 0))
    }
    #expect(isNear(figures.gradientNorm, known["grad_norm"]?.double))
    #expect(isNear(figures.cosineNext, known["cos_next"]?.double))
    for (key, found) in [("terms", figures.terms), ("lambda", figures.weights)] {
      let expected = try #require(known[key]?.object)
      #expect(found.keys.sorted() == expected.keys.sorted())
      for (name, value) in expected { #expect(isNear(found[name], value.double), "\(key) of \(name)") }
    }
  }

  private static func numbers(_ json: JSON?) throws -> [String: [Double]] {
    try #require(json?.object).mapValues { ($0.array ?? []).compactMap(\.double) }
  }

  private static func configuration(_ known: JSON) throws -> Configuration {
    let json = try #require(known["configuration"])
    let name = try #require(json["arch"]?.string)
    func size(_ key: String) throws -> Int { try #require(json[key]?.int) }
    var configuration = Configuration(
      try #require(Configuration.Architecture(rawValue: name)), dim: try size("dim"), context: try size("context"))
    configuration.width = try size("width")
    configuration.hidden = try size("hidden")
    configuration.heads = try size("heads")
    configuration.layers = try size("layers")
    configuration.dropout = 0
    configuration.residual =
      json["residual"]?.string.flatMap(Configuration.Residual.init) ?? (json["residual"] == true ? .last : .none)
    configuration.hasPositionalScalar = json["positional_scalar"]?.bool ?? false
    return configuration
  }

  /// Calls `body` with the reference's windows.
  private static func withWindows(_ body: (Roles, VectorBlock) throws -> Void) throws {
    let counts = try #require(reference["roles"]?.array).compactMap(\.int)
    let roles = Roles(context: counts[0], negatives: counts[1], futures: counts[2])
    let entries = try #require(reference["windows"]?.array).compactMap { $0.double.map { Float($0) } }
    let dim = 6
    var store = WindowStore(dim: dim, slots: roles.slots)
    for window in 0..<entries.count / (dim * roles.slots) {
      store.begin()
      for slot in 0..<roles.slots {
        let start = (window * roles.slots + slot) * dim
        entries[start..<start + dim].withUnsafeBytes { store.append($0) }
      }
      store.keep(article: UInt64(window), chunks: (0..<roles.slots).map { UInt32($0) })
    }
    try store.withBlock { try body(roles, $0) }
  }
}
