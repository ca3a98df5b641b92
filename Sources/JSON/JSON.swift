internal import FoundationEssentials

/// A JSON value: what stream headers, reports, recipes and checkpoint headers are written in.
///
/// Whole numbers keep their 64 bits; text comes out with sorted keys, so that equal values give equal bytes.
public enum JSON: Hashable, Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  case unsigned(UInt64)
  case number(Double)
  case string(String)
  case array([JSON])
  case object([String: JSON])
}

extension JSON {
  /// Parses one JSON text; white space around it is allowed.
  ///
  /// - Throws: `JSONFault` when the bytes are not JSON.
  public init(parsing bytes: UnsafeRawBufferPointer) throws(JSONFault) {
    try self.init(parsing: Data(bytes))
  }

  public init(parsing text: String) throws(JSONFault) {
    try self.init(parsing: Data(text.utf8))
  }

  private init(parsing data: Data) throws(JSONFault) {
    do {
      self = try JSONDecoder().decode(JSON.self, from: data)
    } catch {
      throw JSONFault()
    }
  }

  /// One line of JSON text with sorted keys. Numbers that are not finite are written as null.
  public var text: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(self) else { return "null" }
    return String(decoding: data, as: UTF8.self)
  }
}

/// The bytes are not JSON.
public struct JSONFault: Error, Equatable, Sendable {}

extension JSON: Codable {
  public init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if value.decodeNil() {
      self = .null
    } else if let bool = try? value.decode(Bool.self) {
      self = .bool(bool)
    } else if let integer = try? value.decode(Int64.self) {
      self = .integer(integer)
    } else if let unsigned = try? value.decode(UInt64.self) {
      self = .unsigned(unsigned)
    } else if let number = try? value.decode(Double.self) {
      self = .number(number)
    } else if let string = try? value.decode(String.self) {
      self = .string(string)
    } else if let array = try? value.decode([JSON].self) {
      self = .array(array)
    } else {
      self = .object(try value.decode([String: JSON].self))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let bool): try container.encode(bool)
    case .integer(let integer): try container.encode(integer)
    case .unsigned(let unsigned): try container.encode(unsigned)
    case .number(let number):
      if number.isFinite { try container.encode(number) } else { try container.encodeNil() }
    case .string(let string): try container.encode(string)
    case .array(let array): try container.encode(array)
    case .object(let object): try container.encode(object)
    }
  }
}
