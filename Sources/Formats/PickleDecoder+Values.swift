import Failures

/// From items to values.
extension PickleDecoder {
  /// The value of an item with all it contains. Each node is turned once and then shared; one that contains itself is
  /// refused.
  mutating func resolve(_ item: Item, depth: Int) throws -> PickledValue {
    expanded += 1
    guard expanded <= PickleDecoder.maximumExpanded else { throw Failure(.badData, "the pickle holds too many values") }
    switch item {
    case .value(let value): return value
    case .legacy(let bytes): return PickleDecoder.text(bytes)
    case .global: throw Failure(.badData, "the pickle holds a name of NumPy's as a value")
    case .node(let number): return try resolve(node: number, depth: depth)
    }
  }

  private mutating func resolve(node number: Int, depth: Int) throws -> PickledValue {
    guard depth < PickleDecoder.maximumDepth else {
      throw Failure(.badData, "the pickle nests deeper than \(PickleDecoder.maximumDepth) containers")
    }
    let node = nodes[number]
    if case .finished(let value, let size) = node {
      // A shared container costs no memory, but a walk through the values visits it every time.
      expanded += size
      return value
    }
    let before = expanded
    nodes[number] = .inProgress
    let value: PickledValue
    switch node {
    case .list(let items): value = .list(try resolve(items, depth))
    case .tuple(let items): value = .tuple(try resolve(items, depth))
    case .array(let shape, let items): value = .array(shape: shape, try resolve(items, depth))
    case .dictionary(let pairs):
      value = .dictionary(
        try pairs.map { pair in
          PickledValue.Pair(
            key: try resolve(pair.0, depth: depth + 1), value: try resolve(pair.1, depth: depth + 1))
        })
    case .type: throw Failure(.badData, "the pickle holds a type of NumPy's as a value")
    case .finished, .inProgress: throw Failure(.badData, "a container of the pickle contains itself")
    }
    nodes[number] = .finished(value, size: expanded - before)
    return value
  }

  private mutating func resolve(_ items: [Item], _ depth: Int) throws -> [PickledValue] {
    try items.map { try resolve($0, depth: depth + 1) }
  }

  /// Python 2's text: a string where it is UTF-8.
  private static func text(_ bytes: [UInt8]) -> PickledValue {
    String(validating: bytes, as: UTF8.self).map { .string($0) } ?? .bytes(bytes)
  }

  func plain(_ item: Item) throws -> PickledValue {
    switch item {
    case .value(let value): return value
    case .legacy(let bytes): return PickleDecoder.text(bytes)
    case .node, .global: throw PickleDecoder.badArray
    }
  }

  func bytes(_ item: Item) throws -> [UInt8] {
    switch item {
    case .value(.bytes(let bytes)), .legacy(let bytes): return bytes
    default: throw PickleDecoder.badArray
    }
  }

  func latin1(_ item: Item, encoding: Item) throws -> [UInt8] {
    guard case .value(.string(let text)) = item, let name = try plain(encoding).string,
      name == "latin1" || name == "latin-1"
    else { throw Failure(.badData, "the pickle encodes text in a way that is not read") }
    return try text.unicodeScalars.map { scalar in
      guard let byte = UInt8(exactly: scalar.value) else { throw PickleDecoder.badArray }
      return byte
    }
  }

  /// A type by its text without byte order, such as `i8`, `U5` or `O8`.
  func elementType(_ item: Item) throws -> ElementType {
    guard let text = try plain(item).string else { throw PickleDecoder.badArray }
    let type = ElementType(text)
    guard type.kind != .other else {
      throw Failure(.badData, "the pickle holds values of type \(text)", hint: type.advice)
    }
    return type
  }

  /// The type that an item refers to.
  func type(_ item: Item) -> ElementType? {
    guard case .node(let number) = item, case .type(let type) = nodes[number] else { return nil }
    return type
  }

  /// The type with the byte order that its state, (version, order, …), gives.
  func ordered(_ type: ElementType, _ state: [Item]) throws -> ElementType {
    guard state.count > 1, let order = try plain(state[1]).string, ["<", ">", "=", "|"].contains(order) else {
      throw Failure(.badData, "the pickle holds a type that is not read")
    }
    return ElementType(order + type.description.drop { "<>=|".contains($0) })
  }

  /// A tuple of whole numbers whose product is in range.
  func shape(_ item: Item) -> [Int]? {
    guard case .node(let number) = item, case .tuple(let items) = nodes[number], items.count <= 64 else { return nil }
    var shape: [Int] = []
    var product = 1
    for item in items {
      guard case .value(.integer(let extent)) = item, extent >= 0, let extent = Int(exactly: extent) else { return nil }
      let (next, overflow) = product.multipliedReportingOverflow(by: extent)
      guard !overflow else { return nil }
      product = next
      shape.append(extent)
    }
    return shape
  }

  func scalar(_ type: Item, _ value: Item) throws -> PickledValue {
    guard let type = self.type(type), type.kind != .object, case let bytes = try bytes(value), bytes.count == type.size
    else { throw Failure(.badData, "a scalar of the pickle is malformed") }
    return try bytes.withUnsafeBytes { try type.value($0) }
  }

  func entries(_ bytes: [UInt8], _ type: ElementType, _ shape: [Int]) throws -> [Item] {
    let (size, overflow) = shape.reduce(1, *).multipliedReportingOverflow(by: type.size)
    guard !overflow, size == bytes.count, type.size > 0, type.kind != .object else { throw PickleDecoder.badArray }
    return try bytes.withUnsafeBytes { bytes in
      try stride(from: 0, to: size, by: type.size).map { offset in
        .value(try type.value(UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + type.size])))
      }
    }
  }
}

extension ElementType {
  /// The value that an entry's bytes hold.
  func value(_ entry: UnsafeRawBufferPointer) throws -> PickledValue {
    let value: PickledValue? =
      switch kind {
      case .boolean: integer(entry).map { .bool($0 != 0) }
      case .signed, .unsigned: integer(entry).map { .integer($0) }
      case .float: float(entry).map { .float($0) }
      case .unicode: string(entry).map { .string($0) }
      case .bytes: .bytes([UInt8](entry))
      case .object, .other: nil
      }
    guard let value else { throw Failure(.badData, "a value of type \(self) in the pickle is out of range") }
    return value
  }
}
