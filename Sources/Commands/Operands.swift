/// How many operands a tool takes, and their names in the usage line. Operands are the words of a command line that are
/// neither flags nor their values.
public enum Operands: Sendable {
  /// No operands.
  case none
  /// None or one: `[FILE]`.
  case optional(String)
  /// One for each name: `A B`.
  case required([String])
  /// Any number: `[FILE …]`.
  case any(String)
  /// One or more: `FILE …`.
  case atLeastOne(String)

  /// Their part of the usage line; empty where there are none.
  var usage: String {
    switch self {
    case .none: ""
    case .optional(let name): "[\(name)]"
    case .required(let names): names.joined(separator: " ")
    case .any(let name): "[\(name) ...]"
    case .atLeastOne(let name): "\(name) [\(name) ...]"
    }
  }
}
