public import JSON

extension Table {
  /// One field a line; the members of an object are indented below its name.
  public init(fields: [(name: String, value: JSON)]) {
    self.init()
    section(rows: fields.flatMap { Table.rows($0.name, $0.value, depth: 0) })
  }

  private static func rows(_ name: String, _ value: JSON, depth: Int) -> [[Cell]] {
    let head = Cell.text(String(repeating: "  ", count: depth) + name)
    switch value {
    case .object(let members):
      return [[head]] + ordered(members).flatMap { rows($0.key, $0.value, depth: depth + 1) }
    case .array(let elements) where elements.contains(where: \.isNested):
      return [[head]]
        + elements.enumerated().flatMap { rows("\($0.offset + 1)", $0.element, depth: depth + 1) }
    case .bool(let passed) where name == "pass":
      return [[head, .mark(passed)]]
    default:
      return [[head, .text(brief(value))]]
    }
  }

  /// The members by name, or by value where every name is a whole number, as offsets are.
  private static func ordered(_ members: [String: JSON]) -> [(key: String, value: JSON)] {
    let numbers = members.keys.compactMap { Int($0) }
    guard numbers.count == members.count else { return members.sorted { $0.key < $1.key } }
    return members.sorted { (Int($0.key) ?? 0) < (Int($1.key) ?? 0) }
  }

  private static func brief(_ value: JSON) -> String {
    switch value {
    case .null: "-"
    case .bool(let bool): bool ? "yes" : "no"
    case .integer(let integer): "\(integer)"
    case .unsigned(let unsigned): "\(unsigned)"
    case .number(let number): Figures.rounded(number)
    case .string(let string): string
    case .array(let elements):
      elements.prefix(16).map(brief).joined(separator: "  ") + (elements.count > 16 ? "  ... (\(elements.count))" : "")
    case .object: ""
    }
  }
}

extension JSON {
  fileprivate var isNested: Bool {
    switch self {
    case .object, .array: true
    default: false
    }
  }
}
