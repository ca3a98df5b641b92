internal import Failures
internal import Networks

/// The keys of nextvec's own texts in a checkpoint's header, all of which begin with `nextvec.`.
enum MetadataKey {
  static let prefix = "nextvec."
  /// The version of the keys and of the names under `training.`.
  static let version = prefix + "checkpoint"
  static let architecture = prefix + "architecture"
  static let dropout = prefix + "dropout"
  static let residual = prefix + "residual"
  static let positionalScalar = prefix + "positional_scalar"
  static let positionalScale = prefix + "positional_scale"
  static let lastSlotBias = prefix + "last_slot_bias"
  static let training = prefix + "training"

  static func size(_ size: Configuration.Size) -> String { prefix + size.rawValue }

  static let all: Set<String> = Set(Configuration.Size.allCases.map(size)).union([
    version, architecture, dropout, residual, positionalScalar, positionalScale, lastSlotBias, training,
  ])
}

/// Reads nextvec's own texts in a checkpoint's header; each failure names its key.
struct MetadataReader {
  private let texts: [String: String]

  /// - Throws: `.badData` where a key under `nextvec.` is unknown or the version is not 1.
  init(_ texts: [String: String]) throws {
    self.texts = texts
    let unknown = texts.keys.filter { $0.hasPrefix(MetadataKey.prefix) && !MetadataKey.all.contains($0) }
    if let key = unknown.min() { throw Failure(.badData, "unknown key \(key) in the metadata") }
    if let version = texts[MetadataKey.version], version != "1" {
      throw Failure(.badData, "expected version 1 of checkpoints, found \(version)", hint: "a newer nextvec wrote it")
    }
  }

  func text(_ key: String) -> String? { texts[key] }

  func value<Value>(_ key: String, expected: String, _ read: (String) -> Value?) throws -> Value? {
    guard let text = texts[key] else { return nil }
    guard let value = read(text) else { throw Failure(.badData, "\(key): expected \(expected), found '\(text)'") }
    return value
  }

  func number(_ key: String) throws -> Double? {
    try value(key, expected: "a finite number") { Double($0).flatMap { $0.isFinite ? $0 : nil } }
  }
}

extension Configuration {
  /// Reads the configuration from a file's metadata; what they do not state follows from the names and shapes of the
  /// file's tensors.
  ///
  /// - Throws: `.badData` where neither determines the architecture. Sizes are not checked here.
  init(_ metadata: MetadataReader, _ file: TensorFile) throws {
    var recognition = Recognition(file)
    let names = Architecture.allCases.map(\.rawValue).joined(separator: ", ")
    let stated = try metadata.value(MetadataKey.architecture, expected: "one of \(names)", Architecture.init)
    // Wrappers such as DataParallel and torch.compile put a part of their own before all names.
    while stated == nil, recognition.architecture == nil, file.stripPrefix() { recognition = Recognition(file) }
    guard let architecture = stated ?? recognition.architecture else {
      throw Failure(
        .badData, "expected the tensors of a known network, found those of none", hint: TensorHeader.advice)
    }
    self = recognition.configuration(of: architecture)
    for size in Size.allCases {
      let stated = try metadata.value(MetadataKey.size(size), expected: "a whole number") { Int($0) }
      self[size] = stated ?? self[size]
    }
    dropout = try metadata.number(MetadataKey.dropout) ?? dropout
    residual =
      try metadata.value(MetadataKey.residual, expected: "true, false or mean", Residual.init(metadata:)) ?? residual
    hasPositionalScalar =
      try metadata.value(MetadataKey.positionalScalar, expected: "true or false") { Bool($0) } ?? hasPositionalScalar
  }

  /// The texts from which `init` reads the same configuration.
  var metadata: [String: String] {
    var texts = [
      MetadataKey.version: "1", MetadataKey.architecture: architecture.rawValue, MetadataKey.dropout: "\(dropout)",
      MetadataKey.residual: residual.metadata, MetadataKey.positionalScalar: "\(hasPositionalScalar)",
    ]
    for size in sizes { texts[MetadataKey.size(size)] = "\(self[size])" }
    return texts
  }
}

extension Configuration.Residual {
  /// Files from before there was more than one kind say `true` for the last chunk.
  fileprivate init?(metadata text: String) {
    switch text {
    case "false": self = .none
    case "true": self = .last
    case "mean": self = .mean
    default: return nil
    }
  }

  fileprivate var metadata: String {
    switch self {
    case .none: "false"
    case .last: "true"
    case .mean: "mean"
    }
  }
}

extension ForwardOptions {
  /// The options that prediction needs besides the parameters; 0 where the metadata lack them.
  init(_ metadata: MetadataReader) throws {
    self.init()
    positionalScale = try metadata.number(MetadataKey.positionalScale) ?? 0
    lastSlotBias = try metadata.number(MetadataKey.lastSlotBias) ?? 0
  }

  var metadata: [String: String] {
    [MetadataKey.positionalScale: "\(positionalScale)", MetadataKey.lastSlotBias: "\(lastSlotBias)"]
  }
}
