import Failures

/// Reads the Python dictionary of an .npy header: exactly the keys `descr`, `fortran_order` and `shape`, in any order.
struct PythonLiteral {
  private let text: [UInt8]
  private var position = 0

  init(_ text: [UInt8]) {
    self.text = text
  }

  mutating func header() throws -> (descr: String, fortranOrder: Bool, shape: [Int]) {
    var descr: String?
    var fortranOrder: Bool?
    var shape: [Int]?
    try expect("{")
    while !skip("}") {
      let key = try string()
      try expect(":")
      switch key {
      case "descr" where descr == nil: descr = try self.descr()
      case "fortran_order" where fortranOrder == nil: fortranOrder = try boolean()
      case "shape" where shape == nil: shape = try self.shape()
      case "descr", "fortran_order", "shape": throw malformed("'\(key)' only once")
      default: throw malformed("no key but 'descr', 'fortran_order' and 'shape'")
      }
      if !skip(",") {
        try expect("}")
        break
      }
    }
    skipSpace()
    guard position == text.count else { throw malformed("the end") }
    guard let descr, let fortranOrder, let shape else {
      throw Failure(.badData, "its .npy header lacks 'descr', 'fortran_order' or 'shape'")
    }
    return (descr, fortranOrder, shape)
  }

  /// A type's text; a structured type's whole literal, which begins with a bracket.
  private mutating func descr() throws -> String {
    skipSpace()
    guard position < text.count, text[position] == UInt8(ascii: "[") || text[position] == UInt8(ascii: "(") else {
      return try string()
    }
    let start = position
    var depth = 0
    repeat {
      guard position < text.count else { throw malformed("a closing bracket") }
      switch text[position] {
      case UInt8(ascii: "["), UInt8(ascii: "("): depth += 1
      case UInt8(ascii: "]"), UInt8(ascii: ")"): depth -= 1
      case UInt8(ascii: "'"), UInt8(ascii: "\""):
        _ = try string()
        continue
      default: break
      }
      position += 1
    } while depth > 0
    return String(decoding: text[start..<position], as: UTF8.self)
  }

  private mutating func string() throws -> String {
    skipSpace()
    guard position < text.count, text[position] == UInt8(ascii: "'") || text[position] == UInt8(ascii: "\"") else {
      throw malformed("a string")
    }
    let quote = text[position]
    position += 1
    let start = position
    while position < text.count, text[position] != quote {
      position += text[position] == UInt8(ascii: "\\") ? 2 : 1
    }
    guard position < text.count else { throw malformed("a closing quote") }
    position += 1
    return String(decoding: text[start..<position - 1], as: UTF8.self)
  }

  private mutating func boolean() throws -> Bool {
    skipSpace()
    for (word, value) in [("True", true), ("False", false)] where text[position...].starts(with: word.utf8) {
      position += word.utf8.count
      return value
    }
    throw malformed("True or False")
  }

  /// A tuple of whole numbers: `()`, `(5,)`, `(5, 384)`; a single number needs its comma, as in Python.
  private mutating func shape() throws -> [Int] {
    try expect("(")
    var shape: [Int] = []
    while !skip(")") {
      shape.append(try integer())
      // NumPy has at most 64 axes.
      guard shape.count <= 64 else { throw malformed("at most 64 axes") }
      if skip(",") { continue }
      guard shape.count > 1 else { throw malformed("a comma: (5) is no tuple") }
      try expect(")")
      break
    }
    return shape
  }

  private mutating func integer() throws -> Int {
    skipSpace()
    let start = position
    var value = 0
    while position < text.count, case let digit = Int(text[position]) - 48, (0...9).contains(digit) {
      let product = value.multipliedReportingOverflow(by: 10)
      let sum = product.partialValue.addingReportingOverflow(digit)
      guard !product.overflow, !sum.overflow else { throw malformed("an extent below 2^63") }
      value = sum.partialValue
      position += 1
    }
    guard position > start else { throw malformed("a whole number from 0 on") }
    // Python 2 marks long integers so.
    if position < text.count, text[position] == UInt8(ascii: "L") { position += 1 }
    return value
  }

  private mutating func skipSpace() {
    while position < text.count, [0x20, 0x09, 0x0A, 0x0D].contains(text[position]) { position += 1 }
  }

  private mutating func skip(_ mark: Unicode.Scalar) -> Bool {
    skipSpace()
    guard position < text.count, text[position] == UInt8(ascii: mark) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ mark: Unicode.Scalar) throws {
    guard skip(mark) else { throw malformed("'\(mark)'") }
  }

  private func malformed(_ expected: String) -> Failure {
    Failure(.badData, "its .npy header is malformed: expected \(expected) at character \(position)")
  }
}
