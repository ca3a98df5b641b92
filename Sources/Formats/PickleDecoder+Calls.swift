import Failures

/// The names that a pickle may use; each is understood here, and none is called.
enum PickleGlobal {
  /// `numpy._core.multiarray._reconstruct`: an array whose state follows.
  case reconstruct
  /// `numpy._core.multiarray.scalar`: a number of a NumPy type.
  case scalar
  /// `numpy._core.numeric._frombuffer`: an array from its bytes (protocol 5).
  case fromBuffer
  case ndarray
  case dtype
  /// `_codecs.encode`: bytes written as Latin-1 text (protocols below 3).
  case encode

  init(module: String, name: String) throws {
    switch (module, name) {
    case ("numpy.core.multiarray", "_reconstruct"), ("numpy._core.multiarray", "_reconstruct"): self = .reconstruct
    case ("numpy.core.multiarray", "scalar"), ("numpy._core.multiarray", "scalar"): self = .scalar
    case ("numpy.core.numeric", "_frombuffer"), ("numpy._core.numeric", "_frombuffer"): self = .fromBuffer
    case ("numpy", "ndarray"): self = .ndarray
    case ("numpy", "dtype"): self = .dtype
    case ("_codecs", "encode"): self = .encode
    default:
      throw Failure(
        .badData,
        "the pickle names \(module).\(name): only containers, strings, numbers and NumPy's arrays and scalars are read",
        hint: "a pickle that names other things can run them when Python loads it")
    }
  }
}

/// Names, and the few calls and states of NumPy that are understood.
extension PickleDecoder {
  mutating func readName(_ code: UInt8) throws -> Bool {
    switch code {
    case 0x80: try checkProtocol()
    case 0x95: try checkFrame()
    case UInt8(ascii: "c"): try push(.global(PickleGlobal(module: line(), name: line())))
    case UInt8(ascii: "i"):
      // An instance of a class: the message names the class.
      _ = try PickleGlobal(module: line(), name: line())
      return false
    case 0x93: try pushNamed()
    case UInt8(ascii: "R"): try reduce()
    case UInt8(ascii: "b"): try build()
    default: return false
    }
    return true
  }

  private mutating func checkProtocol() throws {
    let version = try cursor.integer(UInt8.self)
    guard version <= 5 else { throw Failure(.badData, "expected a pickle of protocol 0 to 5, found \(version)") }
  }

  private mutating func checkFrame() throws {
    let length = try cursor.integer(UInt64.self)
    guard length <= UInt64(cursor.remaining) else {
      throw Failure(.badData, "a frame of the pickle claims \(length) bytes, found \(cursor.remaining)")
    }
  }

  private mutating func pushNamed() throws {
    guard case .value(.string(let name)) = try pop(), case .value(.string(let module)) = try pop() else {
      throw Failure(.badData, "the pickle names something by what is no string")
    }
    try push(.global(PickleGlobal(module: module, name: name)))
  }

  private mutating func reduce() throws {
    guard case .node(let number) = try pop(), case .tuple(let arguments) = nodes[number],
      case .global(let global) = try pop()
    else { throw Failure(.badData, "the pickle calls what has no name") }
    switch (global, arguments.count) {
    case (.dtype, 1...3): try push(Node.type(elementType(arguments[0])))
    case (.scalar, 2): try push(.value(scalar(arguments[0], arguments[1])))
    case (.reconstruct, 3): try push(Node.array(shape: [0], []))
    case (.encode, 2): try push(.value(.bytes(latin1(arguments[0], encoding: arguments[1]))))
    case (.fromBuffer, 4): try push(frombuffer(arguments))
    default: throw Failure(.badData, "the pickle uses one of NumPy's names in a way that is not read")
    }
  }

  private func frombuffer(_ arguments: [Item]) throws -> Node {
    guard let type = type(arguments[1]), let shape = shape(arguments[2]),
      try plain(arguments[3]) == .string("C")
    else { throw PickleDecoder.badArray }
    return .array(shape: shape, try entries(bytes(arguments[0]), type, shape))
  }

  /// The state of a type sets its byte order, the state of an array everything.
  private mutating func build() throws {
    guard case .node(let number) = try pop(), case .tuple(let state) = nodes[number] else {
      throw Failure(.badData, "the pickle sets a state that is not read")
    }
    guard case .node(let target) = try top() else {
      throw Failure(.badData, "the pickle sets the state of what has none")
    }
    switch nodes[target] {
    case .type(let type): nodes[target] = .type(try ordered(type, state))
    case .array: nodes[target] = try array(state)
    default: throw Failure(.badData, "the pickle sets the state of what has none")
    }
  }

  /// (version, shape, type, in Fortran order, entries): bytes of numbers or text, or a list of objects.
  private func array(_ state: [Item]) throws -> Node {
    guard state.count == 5, let shape = shape(state[1]), let type = type(state[2]) else {
      throw PickleDecoder.badArray
    }
    if type.kind == .object {
      guard case .node(let list) = state[4], case .list(let items) = nodes[list], items.count == shape.reduce(1, *)
      else { throw PickleDecoder.badArray }
      return .array(shape: shape, items)
    }
    guard try plain(state[3]).integer == 0 || shape.count < 2 else {
      throw Failure(.badData, "an array inside the pickle is in Fortran order, which is not read")
    }
    return .array(shape: shape, try entries(bytes(state[4]), type, shape))
  }

  static let badArray = Failure(.badData, "an array inside the pickle is malformed")
}
