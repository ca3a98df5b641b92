internal import Failures
public import Vectors

/// The windows of a file: contexts (windows, context, dim) and targets (windows, dim), whose keys follow from each
/// target's article and chunk number.
///
/// Memory: 12 bytes a window.
public struct WindowTable {
  /// What the slots of a window are.
  public let roles: Roles
  /// The distance from the last context chunk to the target, in chunks.
  public let offset: Int
  /// The entries of a vector.
  public let dim: Int
  /// (windows): the article of each target.
  public let articles: [UInt64]
  /// (windows): the chunk number of each target.
  public let targets: [UInt32]
  /// (windows), or nil where every weight is 1.
  public let weights: [Float]?
  /// The arrays in the order of their slots: each with how many slots it fills.
  public let parts: [(slots: Int, rows: FloatRows)]
  /// (windows, negatives): the chunk numbers of the negatives; nil where the file does not say.
  public let negativeChunks: [UInt32]?

  /// Names under which arrays of contexts, (windows, context, dim), are looked for.
  public static let contextNames = ["contexts", "context", "X", "context_sequences", "train_context_sequences"]
  /// Names under which arrays of targets, (windows, dim), are looked for.
  public static let targetNames = ["targets", "target", "y", "target_vectors", "train_target_vectors"]

  /// The number of windows.
  public var windows: Int { targets.count }

  /// - Parameters:
  ///   - contexts, targets: names of arrays; nil for the default names.
  ///   - offset: how far after the context the targets lie; nil for what the file says, else 1.
  /// - Throws: `.badData` where arrays are missing or do not fit together.
  public init(_ file: NumPyFile, contexts: String? = nil, targets: String? = nil, offset: Int? = nil) throws {
    let contextRows = try file.floatRows(
      contexts ?? file.only2D() ?? file.first(of: Self.contextNames, for: "contexts"))
    guard contextRows.outer.count == 2, contextRows.outer[1] >= 1 else {
      throw Failure(.badData, "contexts are a matrix; expected (windows, context, dim)", at: file.name)
    }
    let windows = contextRows.outer[0]
    dim = contextRows.dim
    self.offset = try offset ?? file.statedOffset() ?? 1
    let target = try file.floatRows(targets ?? file.first(of: Self.targetNames, for: "targets"))
    let previous = try self.offset >= 2 ? file.rowsIfAny("previous") : nil
    let negatives = try file.rowsIfAny("negatives")
    let futures = try file.rowsIfAny("futures")
    func slots(_ rows: FloatRows?) -> Int { rows.map { $0.outer.count == 2 ? $0.outer[1] : 1 } ?? 0 }
    roles = Roles(
      context: contextRows.outer[1], previous: previous != nil, negatives: slots(negatives), futures: slots(futures))
    parts = [contextRows, target, previous, negatives, futures].compactMap { $0 }.map { (slots($0), $0) }
    for part in parts where part.rows.dim != dim || part.rows.outer[0] != windows {
      throw Failure(
        .badData,
        "the arrays of windows do not fit together: \(part.rows.outer[0]) of dim \(part.rows.dim) beside \(windows) of dim \(dim)",
        at: file.name)
    }
    guard slots(target) == 1, previous == nil || slots(previous) == 1 else {
      throw Failure(.badData, "expected one target a window, found \(slots(target))", at: file.name)
    }
    (articles, self.targets) = try file.targetKeys(windows: windows, firstTarget: roles.context - 1 + self.offset)
    weights = try file.firstIfAny(of: ["weights"]).map { try file.weights($0, windows: windows) }
    negativeChunks = try file.firstIfAny(of: ["negative_indices"]).map {
      try file.numbers($0, rows: windows * slots(negatives))
    }
  }

  /// The chunk number of each slot of a window, in slot order.
  ///
  /// - Throws: `.badData` where the numbers would fall below 0 or beyond 2^32.
  public func chunkNumbers(_ window: Int) throws -> [UInt32] {
    let target = Int(targets[window])
    let first = target - offset - (roles.context - 1)
    guard first >= 0, target + roles.slots(of: "future").count <= Int(UInt32.max) else {
      throw Failure(
        .badData,
        "window \(window): chunk \(target) of article \(ArticleName.text(of: articles[window])) cannot be the target of \(roles.context) chunks of context at offset \(offset)",
        hint: "--offset says how far after the context the targets lie")
    }
    var numbers = (0..<roles.context).map { UInt32(first + $0) } + [targets[window]]
    if !roles.slots(of: "previous").isEmpty { numbers.append(UInt32(target - 1)) }
    let negatives = roles.slots(of: "negative").count
    // A negative whose number is not recorded gets the last number there is.
    numbers += (0..<negatives).map { negativeChunks?[window * negatives + $0] ?? .max }
    numbers += (0..<roles.slots(of: "future").count).map { UInt32(target + 1 + $0) }
    return numbers
  }
}

extension NumPyFile {
  func rowsIfAny(_ array: String) throws -> FloatRows? {
    try firstIfAny(of: [array]).map { try floatRows($0) }
  }

  func statedOffset() throws -> Int? {
    for (array, shift) in [("target_offset", 0), ("p6_offset", 1)] {
      guard let name = firstIfAny(of: [array]) else { continue }
      let stated = try integers(name)
      guard let first = stated.first, stated.allSatisfy({ $0 == first }), first >= 1 - Int64(shift), first < 1 << 31
      else {
        throw Failure(.badData, "expected one target offset from 1", at: self.name, name)
      }
      return Int(first) + shift
    }
    return nil
  }

  func weights(_ array: String, windows: Int) throws -> [Float] {
    let weights = try floats(array)
    try expect(weights.count, rows: windows, in: array)
    if let bad = weights.firstIndex(where: { !$0.isFinite || $0 < 0 }) {
      throw Failure(.badData, "expected weights from 0, found \(weights[bad])", at: name, array, "entry \(bad)")
    }
    return weights
  }

  /// Article and chunk number of each window's target. Where the file does not say, every window is an article of its
  /// own, whose chunks are counted from 0.
  func targetKeys(windows: Int, firstTarget: Int) throws -> ([UInt64], [UInt32]) {
    if has("metadata"), try find("metadata").header.type.isObject { return try metadataKeys(windows) }
    let article = firstIfAny(of: ["article_ids", "article_indices"])
    guard let index = firstIfAny(of: ["target_indices"]) else {
      guard let first = UInt32(exactly: firstTarget) else {
        throw Failure(.badData, "the windows are too long", at: name)
      }
      return (Array(0..<UInt64(windows)), Array(repeating: first, count: windows))
    }
    guard let article else {
      throw Failure(.badData, "has target_indices but no article_ids to say of which article", at: name)
    }
    return (try articleNumbers(article, rows: windows), try numbers(index, rows: windows))
  }

  /// The seed's windows carry an object array of dictionaries.
  private func metadataKeys(_ windows: Int) throws -> ([UInt64], [UInt32]) {
    let entries = try objects("metadata").elements ?? []
    try expect(entries.count, rows: windows, in: "metadata")
    var articles: [UInt64] = []
    var targets: [UInt32] = []
    for (row, entry) in entries.enumerated() {
      let article = (entry["article_index"] ?? entry["article_id"])?.articleNumber
      let target = (entry["target_chunk_index"] ?? entry["target_idx"])?.integer
      guard let article, let target, let chunk = UInt32(exactly: target) else {
        throw Failure(
          .badData,
          "expected a dictionary with article_index, a name or a whole number from 0, and target_chunk_index", at: name,
          "metadata",
          "row \(row)")
      }
      articles.append(article)
      targets.append(chunk)
    }
    return (articles, targets)
  }
}
