public import JSON
internal import Vectors

/// How a stream came to be: a graph with an entry per stage it has passed through, parents before children. It holds
/// no times and no host names, so that the same run gives the same bytes.
public struct Provenance: Hashable, Sendable {
  /// One stage: a tool, its flags, and what it read.
  public struct Stage: Hashable, Sendable {
    /// The tool's name.
    public var tool: String
    /// The release of the tool.
    public var version: String
    /// The flags that affect the result, and the operands that are not streams.
    public var arguments: [String]
    /// Where chance was involved.
    public var seed: UInt64?
    /// The files it read: name as the user gave it, size in bytes, CRC-32.
    public var files: [File]
    /// The ids of the stages it read from, in order.
    public var parents: [String]

    /// Describes a stage.
    public init(
      tool: String, version: String, arguments: [String], seed: UInt64? = nil, files: [File] = [],
      parents: [String] = []
    ) {
      self.tool = tool
      self.version = version
      self.arguments = arguments
      self.seed = seed
      self.files = files
      self.parents = parents
    }
  }

  /// A file that a stage read besides its streams.
  public struct File: Hashable, Sendable {
    /// The name, as the command line had it.
    public var name: String
    /// The size in bytes.
    public var size: Int
    /// The CRC-32 of all bytes.
    public var crc32: UInt32

    /// Describes a file.
    public init(name: String, size: Int, crc32: UInt32) {
      self.name = name
      self.size = size
      self.crc32 = crc32
    }
  }

  /// The entries as the header has them, each an object with an `id`.
  public private(set) var entries: [JSON] = []
  private var known: Set<String> = []

  /// No stages.
  public init() {}

  /// - Returns: nil where the value is not a list of objects with an `id`, parents before children.
  public init?(_ json: JSON) {
    guard let list = json.array else { return nil }
    for entry in list {
      guard let id = entry["id"]?.string, !known.contains(id) else { return nil }
      let parents = entry["parents"]?.array ?? []
      guard parents.allSatisfy({ $0.string.map(known.contains) ?? false }) else { return nil }
      entries.append(entry)
      known.insert(id)
    }
  }

  /// The id of the stage that wrote the stream.
  public var last: String? { entries.last?["id"]?.string }

  /// The list of stages as headers hold it.
  public var json: JSON { .array(entries) }

  /// Adds what `other` knows and this doesn't: a stage that two shards share is listed once.
  public mutating func merge(_ other: Provenance) {
    for entry in other.entries {
      guard let id = entry["id"]?.string, known.insert(id).inserted else { continue }
      entries.append(entry)
    }
  }

  /// Adds a stage at the end.
  public mutating func append(_ stage: Stage) {
    var members = stage.members
    let id = Self.id(of: JSON.object(members).text)
    guard known.insert(id).inserted else { return }
    members["id"] = .string(id)
    entries.append(.object(members))
  }

  /// FNV-1a of the entry's text, finished by `mixed`: an entry's name, not its protection (the stream's CRCs are that).
  private static func id(of text: String) -> String {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    return JSON.hexadecimal(mixed(hash)).string ?? ""
  }
}

extension Provenance.Stage {
  fileprivate var members: [String: JSON] {
    var members: [String: JSON] = [
      "tool": .string(tool), "version": .string(version), "arguments": .array(arguments.map { .string($0) }),
      "parents": .array(parents.map { .string($0) }),
    ]
    if let seed { members["seed"] = seed <= UInt64(Int64.max) ? .integer(Int64(seed)) : .unsigned(seed) }
    if !files.isEmpty { members["files"] = .array(files.map(\.json)) }
    return members
  }
}

extension Provenance.File {
  fileprivate var json: JSON {
    let digits = String(crc32, radix: 16)
    let crc = String(repeating: "0", count: 8 - digits.count) + digits
    return ["name": .string(name), "size": .integer(Int64(size)), "crc32": .string(crc)]
  }
}
