/// What a pickle holds, as far as it is read: Python's plain values and NumPy's arrays.
public enum PickledValue: Hashable, Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  case float(Double)
  case string(String)
  case bytes([UInt8])
  /// A list, or a set in the order of the pickle.
  case list([PickledValue])
  case tuple([PickledValue])
  /// In the order of the pickle; where a key occurs twice, the last one counts.
  case dictionary([Pair])
  /// Entries in C order.
  case array(shape: [Int], [PickledValue])

  /// A key of a dictionary, and its value.
  public struct Pair: Hashable, Sendable {
    /// The key, of any type.
    public let key: PickledValue
    /// The value under the key.
    public let value: PickledValue
  }

  /// The value of a dictionary's key; nil in everything else.
  public subscript(key: String) -> PickledValue? {
    guard case .dictionary(let pairs) = self else { return nil }
    return pairs.last { $0.key == .string(key) }?.value
  }

  /// A whole number: an integer, a boolean, or a float without a fraction.
  public var integer: Int64? {
    switch self {
    case .integer(let value): value
    case .bool(let value): value ? 1 : 0
    case .float(let value): Int64(exactly: value)
    default: nil
    }
  }

  /// The text of a string; nil for any other value.
  public var string: String? {
    if case .string(let text) = self { return text }
    return nil
  }

  /// The members of a list, tuple or array.
  public var elements: [PickledValue]? {
    switch self {
    case .list(let elements), .tuple(let elements), .array(_, let elements): elements
    default: nil
    }
  }
}
