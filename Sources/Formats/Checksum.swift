internal import CZlib
internal import Checksums

/// The CRC-32 of zip and zlib (ISO 3309, reflected polynomial 0xEDB88320), carried on from `previous` (0 at the start).
@inline(__always)
func crc32(_ previous: UInt32, _ bytes: UnsafeRawBufferPointer) -> UInt32 {
  CRC32.of(bytes, after: previous)
}

/// The CRC-32 of two byte strings one after the other, of which the second has `length` bytes.
func combinedChecksum(_ first: UInt32, _ second: UInt32, length: Int) -> UInt32 {
  guard length > 0 else { return first }
  return UInt32(truncatingIfNeeded: crc32_combine(UInt(first), UInt(second), length))
}

/// Appends the CRC-32 of pieces of one constant length to a running CRC-32.
///
/// Appending `length` bytes maps the running CRC linearly over GF(2), so four tables of 256 words do in four look-ups
/// what a general combination does in a loop over the bits of the length.
struct ChecksumAppender {
  /// (4, 256): what each value of each byte of the running CRC turns into.
  private let tables: [UInt32]

  /// `length` is the length of a piece in bytes, above 0.
  init(length: Int) {
    precondition(length > 0, "a piece has bytes")
    let images = (0..<32).map { combinedChecksum(1 << UInt32($0), 0, length: length) }
    var tables = [UInt32](repeating: 0, count: 4 * 256)
    for byte in 0..<4 {
      for value in 1..<256 {
        let rest = value & (value - 1)
        tables[byte * 256 + value] = tables[byte * 256 + rest] ^ images[byte * 8 + value.trailingZeroBitCount]
      }
    }
    self.tables = tables
  }

  /// The running CRC once a piece whose own CRC is `piece` has been appended.
  @inline(__always)
  func append(_ piece: UInt32, to running: UInt32) -> UInt32 {
    tables.withUnsafeBufferPointer { table in
      table[Int(running & 0xFF)] ^ table[256 + Int((running >> 8) & 0xFF)]
        ^ table[512 + Int((running >> 16) & 0xFF)] ^ table[768 + Int(running >> 24)] ^ piece
    }
  }
}
