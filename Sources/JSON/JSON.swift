internal import FoundationEssentials

/// A JSON value: the form of stream headers, reports, recipes and checkpoint headers.
///
/// Whole numbers keep their 64 bits. Text is written with sorted keys, so that equal values give equal bytes.
public enum JSON: Hashable, Sendable {
  /// `null`: also a figure that is undefined or not finite.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A whole number from -2^63 to 2^63 - 1.
  case integer(Int64)
  /// A whole number; parsing gives this case only from 2^63 on, up to 2^64 - 1.
  case unsigned(UInt64)
  /// Any other number, in double precision.
  case number(Double)
  /// Text.
  case string(String)
  /// Values in order.
  case array([JSON])
  /// Members by name, without an order.
  case object([String: JSON])
}

extension JSON {
  /// Parses UTF-8 bytes that hold one JSON value; white space around it is allowed.
  ///
  /// - Throws: `JSONFault` where the bytes are not JSON.
  public init(parsing bytes: UnsafeRawBufferPointer) throws(JSONFault) {
    try self.init(parsing: Data(bytes))
  }

  /// Parses a text that holds one JSON value; white space around it is allowed.
  ///
  /// - Throws: `JSONFault` where the text is not JSON.
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

  /// One line of JSON text with sorted keys, without a line end. Numbers that are not finite are written as null.
  public var text: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(self) else { return "null" }
    return String(decoding: data, as: UTF8.self)
  }
}

/// Thrown for bytes that are not JSON. It says no more: whoever parses knows where the bytes came from.
public struct JSONFault: Error, Equatable, Sendable {}

extension JSON: Codable {
  /// Decodes any value. A whole number becomes `.integer` where it fits, else `.unsigned`, else `.number`.
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

  /// Encodes the value; numbers that are not finite become null.
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
