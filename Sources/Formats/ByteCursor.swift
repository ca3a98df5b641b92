import Failures

extension UnsafeRawBufferPointer {
  /// The little-endian integer at `offset`, or nil where it would reach outside.
  func integer<Integer: FixedWidthInteger>(_ type: Integer.Type, at offset: Int) -> Integer? {
    let width = MemoryLayout<Integer>.size
    guard offset >= 0, width <= count, offset <= count - width else { return nil }
    return Integer(littleEndian: loadUnaligned(fromByteOffset: offset, as: Integer.self))
  }

  /// `length` bytes from `offset`, or nil where they would reach outside.
  func slice(_ offset: Int, _ length: Int) -> UnsafeRawBufferPointer? {
    guard offset >= 0, length >= 0, length <= count, offset <= count - length else { return nil }
    return UnsafeRawBufferPointer(rebasing: self[offset..<offset + length])
  }

  func starts(with prefix: [UInt8]) -> Bool {
    count >= prefix.count && zip(self, prefix).allSatisfy { $0 == $1 }
  }
}

/// Reads bytes in order; whatever would reach past the end throws.
struct ByteCursor {
  let bytes: UnsafeRawBufferPointer
  private(set) var offset: Int

  /// Starts at `offset`, which is at most the number of bytes.
  init(_ bytes: UnsafeRawBufferPointer, at offset: Int = 0) {
    precondition(offset >= 0 && offset <= bytes.count, "a cursor starts inside")
    self.bytes = bytes
    self.offset = offset
  }

  var remaining: Int { bytes.count - offset }

  /// The next little-endian integer.
  @inline(__always)
  mutating func integer<Integer: FixedWidthInteger>(_ type: Integer.Type) throws -> Integer {
    guard let value = bytes.integer(type, at: offset) else { throw truncated(MemoryLayout<Integer>.size) }
    offset += MemoryLayout<Integer>.size
    return value
  }

  /// The next `count` bytes.
  mutating func take(_ count: Int) throws -> UnsafeRawBufferPointer {
    guard let taken = bytes.slice(offset, count) else { throw truncated(count) }
    offset += count
    return taken
  }

  private func truncated(_ wanted: Int) -> Failure {
    Failure(.badData, "expected \(wanted) more bytes at byte \(offset), found \(remaining)")
  }
}
