/// What the slots of a window are, in order: `context × 5, target × 1`.
public struct Roles: Hashable, Sendable {
  /// A role and how many slots have it.
  public struct Role: Hashable, Sendable {
    /// The name: `context`, `target`, `previous`, `negative` or `future`.
    public var name: String
    /// The number of slots.
    public var count: Int

    /// Creates a role.
    public init(_ name: String, _ count: Int) {
      self.name = name
      self.count = count
    }
  }

  /// Context first, target second; then any of previous, negative and future.
  public let list: [Role]

  /// - Returns: nil where the list is not one of context, target and other roles of at least one slot each.
  public init?(_ list: [Role]) {
    guard list.count >= 2, list[0].name == "context", list[1] == Role("target", 1) else { return nil }
    let known: Set = ["previous", "negative", "future"]
    let others = list.dropFirst(2).map(\.name)
    guard others.allSatisfy(known.contains), Set(others).count == others.count else { return nil }
    guard list.allSatisfy({ (1...Roles.maximumSlots).contains($0.count) }) else { return nil }
    guard list.reduce(0, { $0 + $1.count }) <= Roles.maximumSlots else { return nil }
    self.list = list
  }

  /// - Parameter previous: whether the chunk just before the target has a slot of its own.
  public init(context: Int, previous: Bool = false, negatives: Int = 0, futures: Int = 0) {
    precondition(context >= 1 && negatives >= 0 && futures >= 0, "counts of slots")
    var list = [Role("context", context), Role("target", 1)]
    if previous { list.append(Role("previous", 1)) }
    if negatives > 0 { list.append(Role("negative", negatives)) }
    if futures > 0 { list.append(Role("future", futures)) }
    self.list = list
  }

  /// More slots than any use has, few enough that no arithmetic on them overflows.
  public static let maximumSlots = 1 << 20

  /// All slots of a window.
  public var slots: Int { list.reduce(0) { $0 + $1.count } }

  /// The slots of role `name`; empty where there are none.
  public func slots(of name: String) -> Range<Int> {
    var start = 0
    for role in list {
      if role.name == name { return start..<start + role.count }
      start += role.count
    }
    return 0..<0
  }

  /// Chunks of context in a window.
  public var context: Int { list[0].count }

  /// The slot of the target.
  public var target: Int { context }
}

extension Roles: CustomStringConvertible {
  /// `context × 5, target × 1`.
  public var description: String {
    list.map { "\($0.name) × \($0.count)" }.joined(separator: ", ")
  }
}
