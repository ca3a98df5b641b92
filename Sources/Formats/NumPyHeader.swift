import Failures

/// What precedes an array's entries in an .npy file (NumPy's format 1.0, 2.0 and 3.0).
struct NumPyHeader {
  static let magic: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]
  /// NumPy itself reads no longer header unless its caller asks for it.
  static let maximumCharacters = 10_000

  let type: ElementType
  let isFortranOrder: Bool
  let shape: [Int]
  /// Bytes before the first entry.
  let length: Int
  /// Product of the shape.
  let entries: Int

  /// Bytes of all entries; nil for objects and for types that are not read.
  var dataSize: Int? { type.kind == .object || type.kind == .other ? nil : entries * type.size }

  /// Reads the header at the start of `reader`, and returns it with the CRC-32 of its bytes.
  static func read(_ reader: MemberReader) throws -> (header: NumPyHeader, checksum: UInt32) {
    var checksum: UInt32 = 0
    func take(_ count: Int) throws -> UnsafeRawBufferPointer {
      guard count <= reader.remaining else {
        throw Failure(
          .badData, "expected \(count) more bytes of an .npy header, found \(reader.remaining)",
          hint: "the file is cut short")
      }
      let bytes = try reader.read(count)
      checksum = crc32(checksum, bytes)
      return bytes
    }
    let first = try take(8)
    guard first.starts(with: magic) else { throw Failure(.badData, "expected an .npy header, found other bytes") }
    let (major, minor) = (first[6], first[7])
    guard (1...3).contains(major), minor == 0 else {
      throw Failure(.badData, "expected version 1.0, 2.0 or 3.0 of the .npy format, found \(major).\(minor)")
    }
    let width = major == 1 ? 2 : 4
    let length = try take(width).enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
    guard length <= maximumCharacters else {
      throw Failure(.badData, "its .npy header has \(length) characters; at most \(maximumCharacters) are read")
    }
    let text = [UInt8](try take(length))
    let header = try NumPyHeader(text, length: 8 + width + length)
    return (header, checksum)
  }

  private init(_ text: [UInt8], length: Int) throws {
    var parser = PythonLiteral(text)
    let fields = try parser.header()
    type = ElementType(fields.descr)
    isFortranOrder = fields.fortranOrder
    shape = fields.shape
    self.length = length
    var entries = 1
    var bytes = max(1, type.size)
    for extent in shape {
      let product = entries.multipliedReportingOverflow(by: extent)
      let size = bytes.multipliedReportingOverflow(by: extent)
      guard !product.overflow, !size.overflow else {
        throw Failure(.badData, "its shape \(Self.text(shape)) is larger than any memory")
      }
      (entries, bytes) = (product.partialValue, size.partialValue)
    }
    self.entries = entries
  }

  /// Compares the member's size with what the shape and type call for. More bytes may follow, as NumPy allows.
  func check(size: Int) throws {
    guard let dataSize else { return }
    // Entries without bytes are the one kind that the file's size does not bound.
    guard type.size > 0 || entries <= 1 << 20 else {
      throw Failure(.badData, "\(Self.text(shape)) entries of type \(type), which have no bytes, are too many")
    }
    guard dataSize <= size - length else {
      throw Failure(
        .badData, "\(Self.text(shape)) entries of type \(type) take \(dataSize) bytes, found \(size - length)")
    }
  }

  /// A shape as Python writes it: `(5, 384)`, `(5,)`, `()`.
  static func text(_ shape: [Int]) -> String {
    shape.count == 1 ? "(\(shape[0]),)" : "(\(shape.map(String.init).joined(separator: ", ")))"
  }
}
