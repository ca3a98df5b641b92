import Failures

/// Lists, tuples, dictionaries and sets, and the memo by which a pickle refers to what it has built.
extension PickleDecoder {
  mutating func readContainer(_ code: UInt8) throws -> Bool {
    switch code {
    case UInt8(ascii: "("): try pushMark()
    case UInt8(ascii: "0"): try popItemOrMark()
    case UInt8(ascii: "1"): _ = try popMarked()
    case UInt8(ascii: "2"): try push(top())
    case UInt8(ascii: "]"), 0x8F: try push(Node.list([]))
    case UInt8(ascii: ")"): try push(Node.tuple([]))
    case UInt8(ascii: "}"): try push(Node.dictionary([]))
    case UInt8(ascii: "l"), 0x91: try push(Node.list(popMarked()))
    case UInt8(ascii: "t"): try push(Node.tuple(popMarked()))
    case 0x85, 0x86, 0x87: try pushTuple(Int(code) - 0x84)
    case UInt8(ascii: "d"): try push(Node.dictionary(PickleDecoder.pairs(popMarked())))
    case UInt8(ascii: "a"): try append([pop()])
    case UInt8(ascii: "e"), 0x90: try append(popMarked())
    case UInt8(ascii: "s"): try setItem()
    case UInt8(ascii: "u"): try setItems(popMarked())
    default: return false
    }
    return true
  }

  mutating func readMemo(_ code: UInt8) throws -> Bool {
    switch code {
    case 0x94: try remember(memo.count)
    case UInt8(ascii: "q"): try remember(Int(cursor.integer(UInt8.self)))
    case UInt8(ascii: "r"): try remember(Int(cursor.integer(UInt32.self)))
    case UInt8(ascii: "p"): try remember(index(line()))
    case UInt8(ascii: "h"): try recall(Int(cursor.integer(UInt8.self)))
    case UInt8(ascii: "j"): try recall(Int(cursor.integer(UInt32.self)))
    case UInt8(ascii: "g"): try recall(index(line()))
    default: return false
    }
    return true
  }

  private mutating func pushMark() throws {
    guard marks.count < PickleDecoder.maximumItems else { throw Failure(.badData, "the pickle sets too many marks") }
    marks.append(stack.count)
  }

  private mutating func popItemOrMark() throws {
    if marks.last == stack.count {
      marks.removeLast()
    } else {
      _ = try pop()
    }
  }

  private mutating func pushTuple(_ count: Int) throws {
    guard stack.count - (marks.last ?? 0) >= count else { throw PickleDecoder.emptyStack }
    let items = Array(stack.suffix(count))
    stack.removeLast(count)
    try push(Node.tuple(items))
  }

  private static func pairs(_ items: [Item]) throws -> [(Item, Item)] {
    guard items.count % 2 == 0 else { throw Failure(.badData, "a dictionary of the pickle has a key without a value") }
    return stride(from: 0, to: items.count, by: 2).map { (items[$0], items[$0 + 1]) }
  }

  private mutating func append(_ items: some Sequence<Item>) throws {
    // Taken out while it grows, so that its storage is not copied.
    guard case .node(let number) = try top(), case .list(var list) = nodes[number] else {
      throw Failure(.badData, "the pickle appends to what is no list")
    }
    nodes[number] = .inProgress
    list.append(contentsOf: items)
    nodes[number] = .list(list)
  }

  private mutating func setItem() throws {
    let value = try pop()
    let key = try pop()
    try setItems([key, value])
  }

  private mutating func setItems(_ items: [Item]) throws {
    guard case .node(let number) = try top(), case .dictionary(var pairs) = nodes[number] else {
      throw Failure(.badData, "the pickle sets an item of what is no dictionary")
    }
    nodes[number] = .inProgress
    pairs.append(contentsOf: try PickleDecoder.pairs(items))
    nodes[number] = .dictionary(pairs)
  }

  /// Keeps the uppermost item. Picklers number what they keep in order; a gap wider than that of Python 2, which starts
  /// at 1, is no pickler's.
  private mutating func remember(_ index: Int) throws {
    let item = try top()
    guard index < PickleDecoder.maximumNodes else { throw Failure(.badData, "the pickle's memo grows too large") }
    if index == memo.count {
      memo.append(item)
    } else if index < memo.count {
      memo[index] = item
    } else {
      guard index <= memo.count + 16 else { throw Failure(.badData, "the pickle's memo skips to number \(index)") }
      memo.append(contentsOf: repeatElement(nil, count: index - memo.count))
      memo.append(item)
    }
  }

  private mutating func recall(_ index: Int) throws {
    guard memo.indices.contains(index), let item = memo[index] else {
      throw Failure(.badData, "the pickle refers to number \(index), which it has not built")
    }
    try push(item)
  }

  private func index(_ text: String) throws -> Int {
    guard let index = Int(text), index >= 0 else {
      throw Failure(.badData, "expected a number of the pickle's memo, found '\(text)'")
    }
    return index
  }
}
