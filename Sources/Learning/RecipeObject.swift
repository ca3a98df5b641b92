internal import Failures
internal import JSON

/// A JSON object that is read key by key: faults name the path of their key, and unknown keys are faults.
struct RecipeObject {
  /// `terms[1].rho`; empty for the whole recipe.
  let path: String
  private let members: [String: JSON]
  private var known: Set<String> = []

  init(_ json: JSON, path: String) throws {
    guard let members = json.object else { throw Self.fault(path, expected: "an object", json) }
    self.path = path
    self.members = members
  }

  func path(of key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  /// Whether the key is there, and not null.
  func has(_ key: String) -> Bool { members[key].map { $0 != .null } ?? false }

  /// Whether the key has the value true or false.
  func isBool(_ key: String) -> Bool { members[key]?.bool != nil }

  static func fault(_ path: String, expected: String, _ found: JSON?) -> Failure {
    let what = found.map { "found \(brief($0))" } ?? "found nothing"
    return Failure(.badData, "expected \(expected), \(what)", at: path.isEmpty ? "recipe" : path)
  }

  private static func brief(_ json: JSON) -> String {
    switch json {
    case .object: "an object"
    case .array: "a list"
    default: String(json.text.prefix(60))
    }
  }

  /// The value of a key; nil where it is absent or null.
  mutating func take(_ key: String) -> JSON? {
    known.insert(key)
    return has(key) ? members[key] : nil
  }

  private mutating func read<Value>(
    _ key: String, expected: String, default fallback: Value?, _ parse: (JSON) -> Value?
  ) throws -> Value {
    guard let json = take(key) else {
      if let fallback { return fallback }
      throw Self.fault(path(of: key), expected: expected, nil)
    }
    guard let value = parse(json) else { throw Self.fault(path(of: key), expected: expected, json) }
    return value
  }

  mutating func text(_ key: String, default fallback: String? = nil) throws -> String {
    try read(key, expected: "text", default: fallback) { $0.string }
  }

  mutating func bool(_ key: String, default fallback: Bool) throws -> Bool {
    try read(key, expected: "true or false", default: fallback) { $0.bool }
  }

  mutating func integer(_ key: String, in range: ClosedRange<Int>, default fallback: Int? = nil) throws -> Int {
    let expected = "a whole number from \(range.lowerBound) to \(range.upperBound)"
    return try read(key, expected: expected, default: fallback) { json in
      json.int.flatMap { range.contains($0) ? $0 : nil }
    }
  }

  mutating func number(_ key: String, in range: ClosedRange<Double>, default fallback: Double? = nil) throws -> Double {
    try read(key, expected: Self.words(range), default: fallback) { Self.number($0, in: range) }
  }

  mutating func choice<Choice: CaseIterable & RawRepresentable>(
    _ key: String, default fallback: Choice? = nil
  ) throws -> Choice where Choice.RawValue == String {
    let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
    return try read(key, expected: "one of \(names)", default: fallback) { $0.string.flatMap { Choice(rawValue: $0) } }
  }

  /// One of several names.
  mutating func name(_ key: String, among names: [String]) throws -> String {
    try read(key, expected: "one of \(names.joined(separator: ", "))", default: nil) { json in
      json.string.flatMap { names.contains($0) ? $0 : nil }
    }
  }

  /// An object inside this one, read to its last key; nil where it is absent or null.
  mutating func object<Value>(_ key: String, _ body: (inout RecipeObject) throws -> Value) throws -> Value? {
    guard let json = take(key) else { return nil }
    return try Self.whole(json, path: path(of: key), body)
  }

  /// The objects of a list.
  mutating func list<Value>(_ key: String, _ body: (inout RecipeObject) throws -> Value) throws -> [Value] {
    guard let json = take(key) else { return [] }
    guard let list = json.array else { throw Self.fault(path(of: key), expected: "a list", json) }
    return try list.enumerated().map { try Self.whole($1, path: "\(path(of: key))[\($0)]", body) }
  }

  static func whole<Value>(
    _ json: JSON, path: String, _ body: (inout RecipeObject) throws -> Value
  ) throws -> Value {
    var object = try RecipeObject(json, path: path)
    let value = try body(&object)
    try object.finish()
    return value
  }

  /// - Throws: `.badData` for a key that was not read.
  private func finish() throws {
    guard let unknown = members.keys.filter({ !known.contains($0) }).min() else { return }
    throw Failure(
      .badData, "unknown key: expected one of \(known.sorted().joined(separator: ", "))", at: path(of: unknown))
  }

  static func number(_ json: JSON, in range: ClosedRange<Double>) -> Double? {
    json.double.flatMap { range.contains($0) ? $0 : nil }
  }

  static func words(_ range: ClosedRange<Double>) -> String {
    func figure(_ value: Double) -> String { Int(exactly: value).map { "\($0)" } ?? "\(value)" }
    return switch (range.lowerBound.isFinite, range.upperBound < 1e9) {
    case (true, true): "a number from \(figure(range.lowerBound)) to \(figure(range.upperBound))"
    case (true, false): "a number of at least \(figure(range.lowerBound))"
    default: "a number"
    }
  }
}

extension RecipeObject {
  /// A number by epoch: 0.5, {"1": 0.1, "4": 0.15}, or {"ramp": 0.001, "epochs": 6}.
  ///
  /// - Parameter always: whether it needs a value from epoch 1 on; else it is 0 before the first.
  mutating func byEpoch(
    _ key: String, in range: ClosedRange<Double>, default fallback: Double? = nil, always: Bool = true
  ) throws -> EpochValue {
    guard let json = take(key) else {
      if let fallback { return .constant(fallback) }
      throw Self.fault(path(of: key), expected: Self.words(range), nil)
    }
    if case .object = json { return try schedule(json, path: path(of: key), in: range, always: always) }
    guard let value = Self.number(json, in: range) else {
      throw Self.fault(path(of: key), expected: Self.words(range) + " or an object by epoch", json)
    }
    return .constant(value)
  }

  private func schedule(
    _ json: JSON, path: String, in range: ClosedRange<Double>, always: Bool
  ) throws -> EpochValue {
    if json["ramp"] != nil {
      return try Self.whole(json, path: path) { object in
        .ramp(maximum: try object.number("ramp", in: range), epochs: try object.integer("epochs", in: 1...10_000))
      }
    }
    let steps = try (json.object ?? [:]).map { key, json in
      guard let epoch = Int(key), (1...1_000_000).contains(epoch), "\(epoch)" == key else {
        throw Failure(.badData, "unknown key: expected the number of an epoch, or ramp", at: "\(path).\(key)")
      }
      guard let value = Self.number(json, in: range) else {
        throw Self.fault("\(path).\(key)", expected: Self.words(range), json)
      }
      return EpochValue.Step(epoch, value)
    }
    let value = EpochValue.steps(steps.sorted { $0.epoch < $1.epoch })
    if steps.isEmpty || always && !value.beginsAtOnce {
      throw Failure(.badData, "expected a value for epoch \"1\"", at: path)
    }
    return value
  }
}
