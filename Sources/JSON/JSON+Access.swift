extension JSON {
  /// The member `name` of an object; nil where there is none or this is not an object.
  public subscript(name: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    return members[name]
  }

  public var string: String? {
    guard case .string(let value) = self else { return nil }
    return value
  }

  public var bool: Bool? {
    guard case .bool(let value) = self else { return nil }
    return value
  }

  /// The value as an Int, where it is a whole number that fits.
  public var int: Int? {
    switch self {
    case .integer(let value): Int(exactly: value)
    case .unsigned(let value): Int(exactly: value)
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }

  /// The value as a Double, where it is any number.
  public var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .unsigned(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  public var array: [JSON]? {
    guard case .array(let value) = self else { return nil }
    return value
  }

  public var object: [String: JSON]? {
    guard case .object(let value) = self else { return nil }
    return value
  }

  /// A number, or null where the figure is undefined or not finite.
  public static func figure(_ value: Double?) -> JSON {
    guard let value, value.isFinite else { return .null }
    return .number(value)
  }

  public static func figures(_ values: [Double]) -> JSON {
    .array(values.map { .figure($0) })
  }

  /// Sixteen hexadecimal digits: how digests and ids are written, since JSON numbers lose the low bits of a UInt64.
  public static func hexadecimal(_ value: UInt64) -> JSON {
    let digits = String(value, radix: 16)
    return .string(String(repeating: "0", count: 16 - digits.count) + digits)
  }

  public var hexadecimal: UInt64? {
    guard let string, string.utf8.count == 16 else { return nil }
    return UInt64(string, radix: 16)
  }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(integerLiteral value: Int64) { self = .integer(value) }
  public init(floatLiteral value: Double) { self = .number(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(arrayLiteral elements: JSON...) { self = .array(elements) }
  public init(nilLiteral: ()) { self = .null }
  public init(dictionaryLiteral elements: (String, JSON)...) {
    self = .object(Dictionary(elements, uniquingKeysWith: { _, last in last }))
  }
}
