import Failures

/// Reads a Python pickle of protocol 0 to 5 without running anything: only plain values, containers, and NumPy's arrays
/// and scalars, which the decoder makes itself. Every other name in the pickle is rejected.
///
/// A pickle is a program for a stack machine (PEP 3154, CPython's Lib/pickletools.py). Containers may be filled after
/// they have been put into others, so they live in `nodes`, and items refer to them by number until the end, when
/// `resolve` turns them into values.
struct PickleDecoder {
  /// What lies on the stack and in the memo.
  enum Item {
    case value(PickledValue)
    /// Text of Python 2, whose bytes may be text or not.
    case legacy([UInt8])
    case node(Int)
    case global(PickleGlobal)
  }

  enum Node {
    case list([Item])
    case tuple([Item])
    case dictionary([(Item, Item)])
    /// NumPy's array before and after its state is known.
    case array(shape: [Int], [Item])
    /// NumPy's type, whose state sets the byte order.
    case type(ElementType)
    /// Turned into a value, with as many values inside.
    case finished(PickledValue, size: Int)
    case inProgress
  }

  var cursor: ByteCursor
  var stack: [Item] = []
  /// Heights of the stack at which marks lie.
  var marks: [Int] = []
  var memo: [Item?] = []
  var nodes: [Node] = []
  /// Entries of all values, counting a shared one wherever it occurs.
  var expanded = 0

  /// Objects in an array are pushed by the thousand; only a tuple needs a place for each of its members.
  static let maximumItems = 1 << 22
  /// As many nodes, or entries of the memo, take some hundred megabytes.
  static let maximumNodes = 1 << 24
  static let maximumDepth = 100
  static let maximumExpanded = 1 << 28

  /// The value that `bytes` hold; `.badData` for everything that is not read.
  static func decode(_ bytes: UnsafeRawBufferPointer) throws -> PickledValue {
    var decoder = PickleDecoder(cursor: ByteCursor(bytes))
    let result = try decoder.run()
    guard decoder.cursor.remaining == 0 else {
      throw Failure(.badData, "\(decoder.cursor.remaining) bytes follow the pickle")
    }
    return try decoder.resolve(result, depth: 0)
  }

  private init(cursor: ByteCursor) {
    self.cursor = cursor
  }

  private mutating func run() throws -> Item {
    while true {
      let index = cursor.offset
      let code = try cursor.integer(UInt8.self)
      do {
        if code == UInt8(ascii: ".") { return try pop() }
        if try !readNumber(code) && !readText(code) && !readContainer(code) && !readMemo(code) && !readName(code) {
          throw Failure(
            .badData, "the pickle's instruction \(PickleDecoder.name(code)) is not read",
            hint: "save plain numbers and strings, without dtype=object where possible")
        }
      } catch let failure as Failure {
        throw failure.at("pickle, byte \(index)")
      }
    }
  }

  private static func name(_ code: UInt8) -> String {
    (0x21...0x7E).contains(code) ? "'\(Unicode.Scalar(code))'" : "0x" + String(code, radix: 16)
  }

  // MARK: The stack

  @inline(__always)
  mutating func push(_ item: Item) throws {
    guard stack.count < PickleDecoder.maximumItems else {
      throw Failure(.badData, "the pickle's stack grows too large")
    }
    stack.append(item)
  }

  mutating func push(_ value: PickledValue) throws {
    try push(.value(value))
  }

  mutating func push(_ node: Node) throws {
    guard nodes.count < PickleDecoder.maximumNodes else {
      throw Failure(.badData, "the pickle has too many containers")
    }
    nodes.append(node)
    try push(.node(nodes.count - 1))
  }

  /// Takes the uppermost item, which lies above the last mark.
  mutating func pop() throws -> Item {
    guard stack.count > (marks.last ?? 0), let item = stack.popLast() else { throw PickleDecoder.emptyStack }
    return item
  }

  /// Takes everything above the last mark, and the mark.
  mutating func popMarked() throws -> [Item] {
    guard let mark = marks.popLast() else { throw Failure(.badData, "the pickle lacks a mark") }
    let items = Array(stack[mark...])
    stack.removeSubrange(mark...)
    return items
  }

  func top() throws -> Item {
    guard stack.count > (marks.last ?? 0), let item = stack.last else { throw PickleDecoder.emptyStack }
    return item
  }

  static let emptyStack = Failure(.badData, "the pickle takes more from its stack than it has put there")
}
