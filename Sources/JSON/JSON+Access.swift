extension JSON {
  /// The member `name` of an object; nil where there is none or this is not an object.
  public subscript(name: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    return members[name]
  }

  /// The text of a string; nil for any other value.
  public var string: String? {
    guard case .string(let value) = self else { return nil }
    return value
  }

  /// The value of `true` and `false`; nil for any other value.
  public var bool: Bool? {
    guard case .bool(let value) = self else { return nil }
    return value
  }

  /// The value as an `Int`, where it is a whole number that fits, `2.0` included; else nil.
  public var int: Int? {
    switch self {
    case .integer(let value): Int(exactly: value)
    case .unsigned(let value): Int(exactly: value)
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }

  /// The value as a `Double`, where it is a number, whole numbers beyond 2^53 rounded; else nil.
  public var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .unsigned(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// The elements of an array; nil for any other value.
  public var array: [JSON]? {
    guard case .array(let value) = self else { return nil }
    return value
  }

  /// The members of an object; nil for any other value.
  public var object: [String: JSON]? {
    guard case .object(let value) = self else { return nil }
    return value
  }

  /// A number, or null where the figure is undefined or not finite.
  public static func figure(_ value: Double?) -> JSON {
    guard let value, value.isFinite else { return .null }
    return .number(value)
  }

  /// An array of numbers, null for each that is not finite.
  public static func figures(_ values: [Double]) -> JSON {
    .array(values.map { .figure($0) })
  }

  /// Sixteen hexadecimal digits: how digests and ids are written, since JSON numbers lose the low bits of a UInt64.
  public static func hexadecimal(_ value: UInt64) -> JSON {
    let digits = String(value, radix: 16)
    return .string(String(repeating: "0", count: 16 - digits.count) + digits)
  }

  /// The number that a string of sixteen hexadecimal digits stands for; nil for any other value.
  public var hexadecimal: UInt64? {
    guard let string, string.utf8.count == 16 else { return nil }
    return UInt64(string, radix: 16)
  }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
  /// A string: `"label": "train"`.
  public init(stringLiteral value: String) { self = .string(value) }
  /// A whole number: `"windows": 120`.
  public init(integerLiteral value: Int64) { self = .integer(value) }
  /// A number with a point, also where it is whole: `"floor": 1.0`.
  public init(floatLiteral value: Double) { self = .number(value) }
  /// `true` or `false`.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// An array, its elements in order.
  public init(arrayLiteral elements: JSON...) { self = .array(elements) }
  /// `null`.
  public init(nilLiteral: ()) { self = .null }
  /// An object; of two members with one name the last counts.
  public init(dictionaryLiteral elements: (String, JSON)...) {
    self = .object(Dictionary(elements, uniquingKeysWith: { _, last in last }))
  }
}
