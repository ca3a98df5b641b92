import Failures

/// Numbers, text and bytes.
extension PickleDecoder {
  mutating func readNumber(_ code: UInt8) throws -> Bool {
    switch code {
    case UInt8(ascii: "N"): try push(.null)
    case 0x88: try push(.bool(true))
    case 0x89: try push(.bool(false))
    case UInt8(ascii: "J"): try push(.integer(Int64(cursor.integer(Int32.self))))
    case UInt8(ascii: "K"): try push(.integer(Int64(cursor.integer(UInt8.self))))
    case UInt8(ascii: "M"): try push(.integer(Int64(cursor.integer(UInt16.self))))
    case 0x8A: try pushLong(Int(cursor.integer(UInt8.self)))
    case 0x8B: try pushLong(length(cursor.integer(Int32.self)))
    case UInt8(ascii: "G"): try push(.float(Double(bitPattern: cursor.integer(UInt64.self).byteSwapped)))
    case UInt8(ascii: "I"): try pushInteger(line())
    case UInt8(ascii: "L"): try pushInteger(line())
    case UInt8(ascii: "F"): try pushFloat(line())
    default: return false
    }
    return true
  }

  mutating func readText(_ code: UInt8) throws -> Bool {
    switch code {
    case 0x8C: try pushText(Int(cursor.integer(UInt8.self)))
    case UInt8(ascii: "X"): try pushText(Int(cursor.integer(UInt32.self)))
    case 0x8D: try pushText(length(cursor.integer(UInt64.self)))
    case UInt8(ascii: "V"): try pushEscaped(line())
    case UInt8(ascii: "C"): try pushBytes(Int(cursor.integer(UInt8.self)))
    case UInt8(ascii: "B"): try pushBytes(Int(cursor.integer(UInt32.self)))
    case 0x8E, 0x96: try pushBytes(length(cursor.integer(UInt64.self)))
    case UInt8(ascii: "U"): try push(.legacy([UInt8](cursor.take(Int(cursor.integer(UInt8.self))))))
    case UInt8(ascii: "T"): try push(.legacy([UInt8](cursor.take(length(cursor.integer(Int32.self))))))
    case UInt8(ascii: "S"): try pushQuoted(line())
    default: return false
    }
    return true
  }

  /// The text up to the next line feed, without it: Latin-1, as Python writes it.
  mutating func line() throws -> String {
    let rest = UnsafeRawBufferPointer(rebasing: cursor.bytes[cursor.offset...])
    guard let end = rest.firstIndex(of: 0x0A) else { throw Failure(.badData, "the pickle lacks the end of a line") }
    let bytes = UnsafeRawBufferPointer(rebasing: try cursor.take(end + 1).dropLast())
    if bytes.allSatisfy({ $0 < 0x80 }) { return String(decoding: bytes, as: UTF8.self) }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: bytes.lazy.map { Unicode.Scalar($0) })
    return String(text)
  }

  private func length<Count: FixedWidthInteger>(_ count: Count) throws -> Int {
    guard let length = Int(exactly: count), length >= 0 else {
      throw Failure(.badData, "the pickle states the impossible length \(count)")
    }
    return length
  }

  /// A little-endian number in two's complement.
  private mutating func pushLong(_ count: Int) throws {
    let bytes = try cursor.take(count)
    guard count <= 8 else { throw PickleDecoder.tooLarge }
    let sign: UInt64 = (bytes.last ?? 0) & 0x80 == 0 ? 0 : .max
    let value = bytes.reversed().reduce(sign) { $0 << 8 | UInt64($1) }
    try push(.integer(Int64(bitPattern: value)))
  }

  private mutating func pushInteger(_ text: String) throws {
    // Protocol 0 and 1 write booleans so.
    if text == "00" || text == "01" { return try push(.bool(text == "01")) }
    let digits = text.last == "L" ? text.dropLast() : text[...]
    guard let value = Int64(digits) else { throw PickleDecoder.tooLarge }
    try push(.integer(value))
  }

  private mutating func pushFloat(_ text: String) throws {
    guard let value = Double(text) else { throw Failure(.badData, "expected a number in the pickle, found '\(text)'") }
    try push(.float(value))
  }

  private mutating func pushText(_ count: Int) throws {
    guard let text = String(validating: try cursor.take(count), as: UTF8.self) else {
      throw Failure(.badData, "a string of the pickle is no UTF-8")
    }
    try push(.string(text))
  }

  private mutating func pushBytes(_ count: Int) throws {
    try push(.bytes([UInt8](cursor.take(count))))
  }

  /// Python's raw-unicode-escape: `\u` and four hexadecimal digits, or `\U` and eight.
  private mutating func pushEscaped(_ text: String) throws {
    var scalars = String.UnicodeScalarView()
    var rest = text.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      let width = scalar != "\\" ? 0 : rest.first == "u" ? 4 : rest.first == "U" ? 8 : 0
      if width == 0 {
        scalars.append(scalar)
        continue
      }
      rest.removeFirst()
      let digits = rest.prefix(width)
      guard digits.count == width, let value = UInt32(String(digits), radix: 16), let escaped = Unicode.Scalar(value)
      else { throw Failure(.badData, "a string of the pickle has a malformed escape") }
      scalars.append(escaped)
      rest.removeFirst(width)
    }
    try push(.string(String(scalars)))
  }

  /// Python 2's text in quotes, with the escapes of its `repr`.
  private mutating func pushQuoted(_ text: String) throws {
    let malformed = Failure(.badData, "a string of the pickle is malformed")
    let inner = text.utf8.dropFirst().dropLast()
    guard let quote = text.utf8.first, quote == 0x27 || quote == 0x22, text.utf8.count >= 2, text.utf8.last == quote
    else { throw malformed }
    var bytes: [UInt8] = []
    var rest = inner[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\") else {
        bytes.append(byte)
        continue
      }
      switch rest.popFirst() {
      case UInt8(ascii: "n"): bytes.append(0x0A)
      case UInt8(ascii: "r"): bytes.append(0x0D)
      case UInt8(ascii: "t"): bytes.append(0x09)
      case UInt8(ascii: "x"):
        guard let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16), rest.count >= 2 else {
          throw malformed
        }
        bytes.append(value)
        rest = rest.dropFirst(2)
      case let other?: bytes.append(other)
      case nil: throw malformed
      }
    }
    try push(.legacy(bytes))
  }

  private static let tooLarge = Failure(.badData, "a whole number of the pickle does not fit 64 bits")
}
