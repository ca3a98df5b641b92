public import JSON
public import Vectors
internal import Failures

/// What a stream holds, as its header says.
public struct StreamHeader: Hashable, Sendable {
  /// What the rows of a stream are.
  public enum Kind: String, Sendable {
    /// Vectors of chunks, no windows.
    case chunks
    /// Vectors and windows over them.
    case windows
    /// Vectors that a model predicted, each with the key of the chunk that it predicts.
    case predictions

    /// The kind that a header names. Streams from before the kind had its present name call windows `sequences`.
    init?(name: String) {
      self.init(rawValue: name == "sequences" ? Kind.windows.rawValue : name)
    }
  }

  /// What the rows are.
  public var kind: Kind
  /// Entries of a vector, 1 to `maximumDim`.
  public var dim: Int
  /// Whether articles, chunks within them and steps come in ascending order.
  public var ordered: Bool
  /// What a window's slots are; nil where there are no windows.
  public var roles: Roles?
  /// How many chunks after the last context chunk the target lies; 1 where there are no windows.
  public var offset: Int
  /// The stages that made the stream.
  public var provenance: Provenance
  /// Free values under `namespace:key` names.
  public var metadata: [String: JSON]
  /// Header keys that this version doesn't know: kept and passed on.
  public var unknown: [String: JSON]

  /// One row of this many entries, with its key, just fits a frame of 64 MiB.
  public static let maximumDim = 16_777_200

  /// Creates the header of a stream; `roles` and `offset` belong to windows.
  public init(
    kind: Kind, dim: Int, ordered: Bool, roles: Roles? = nil, offset: Int = 1, provenance: Provenance = Provenance(),
    metadata: [String: JSON] = [:]
  ) {
    precondition((roles != nil) == (kind == .windows), "a stream of windows without roles, or roles without windows")
    self.kind = kind
    self.dim = dim
    self.ordered = ordered
    self.roles = roles
    self.offset = offset
    self.provenance = provenance
    self.metadata = metadata
    self.unknown = [:]
  }

  /// Slots of a window; 0 where there are no windows.
  public var slots: Int { roles?.slots ?? 0 }
}

extension StreamHeader {
  /// The header as a stream holds it.
  public var json: JSON {
    var members = unknown
    members["kind"] = .string(kind.rawValue)
    members["dim"] = .integer(Int64(dim))
    members["ordered"] = .bool(ordered)
    members["provenance"] = provenance.json
    if !metadata.isEmpty { members["metadata"] = .object(metadata) }
    if let roles {
      members["roles"] = .array(
        roles.list.map { ["name": .string($0.name), "count": .integer(Int64($0.count))] })
      members["offset"] = .integer(Int64(offset))
    }
    return .object(members)
  }

  /// - Throws: a `Failure` that names the key which is missing, unknown or out of range.
  init(_ json: JSON) throws {
    guard var members = json.object else { throw Self.fault("is not a JSON object") }
    func take(_ name: String) -> JSON? { members.removeValue(forKey: name) }

    for feature in take("requires")?.array ?? [] {
      throw Self.fault("requires the feature \(feature.string ?? feature.text), which this version does not know")
    }
    guard let kind = take("kind")?.string.flatMap(Kind.init(name:)) else {
      throw Self.fault("names no kind of stream this version knows (chunks, windows, predictions)")
    }
    guard let dim = take("dim")?.int, (1...Self.maximumDim).contains(dim) else {
      throw Self.fault("has no dim from 1 to \(Self.maximumDim)")
    }
    guard let ordered = take("ordered")?.bool else { throw Self.fault("does not say whether it is ordered") }
    guard let provenance = take("provenance").flatMap(Provenance.init) else {
      throw Self.fault("has no provenance, or one with a stage before its parents")
    }
    self.init(kind: .chunks, dim: dim, ordered: ordered, provenance: provenance)
    self.kind = kind
    metadata = take("metadata")?.object ?? [:]
    if kind == .windows {
      roles = try Self.roles(take("roles"))
      guard let offset = take("offset")?.int, (1...Int(UInt32.max)).contains(offset) else {
        throw Self.fault("has no target offset of 1 or more")
      }
      self.offset = offset
    }
    unknown = members
  }

  private static func roles(_ json: JSON?) throws -> Roles {
    let list = (json?.array ?? []).map { role in
      Roles.Role(role["name"]?.string ?? "", role["count"]?.int ?? 0)
    }
    guard let roles = Roles(list) else {
      throw fault("has no roles of the form context × n, target × 1, …")
    }
    return roles
  }

  private static func fault(_ problem: String) -> Failure {
    Failure(.badData, "the header \(problem)")
  }

  /// What keeps a member with the header `other` from following this one; nil where nothing does.
  public func disagreement(with other: StreamHeader) -> String? {
    if kind != other.kind { return "\(kind.rawValue) and \(other.kind.rawValue)" }
    if dim != other.dim { return "dim \(dim) and dim \(other.dim)" }
    if let roles, let others = other.roles, roles != others { return "roles \(roles) and \(others)" }
    if offset != other.offset { return "target offset \(offset) and \(other.offset)" }
    return nil
  }
}
