internal import CChecksum
internal import CZlib

/// CRC-32 with zlib's polynomial: of bytes, and of bytes put together from parts whose CRCs are known.
public enum CRC32 {
  /// The CRC of `bytes`, continuing from `previous`, the CRC of the bytes before them (0 at the start).
  public static func of(_ bytes: UnsafeRawBufferPointer, after previous: UInt32 = 0) -> UInt32 {
    guard let start = bytes.baseAddress else { return previous }
    return nextvec_crc32(previous, start, bytes.count)
  }

  /// Appends parts of one constant length to a running CRC.
  ///
  /// Appending so many bytes maps the running CRC linearly over GF(2), so four tables of 256 words do in four look-ups
  /// what a general combination does in a loop over the bits of the length.
  public struct Appender: Sendable {
    /// (4, 256): what each value of each byte of the running CRC turns into.
    @usableFromInline let tables: [UInt32]

    /// - Parameter length: bytes of each part, 0 or more.
    public init(length: Int) {
      let images = (0..<32).map { bit in
        length == 0 ? 1 << UInt32(bit) : UInt32(truncatingIfNeeded: crc32_combine(1 << UInt(bit), 0, length))
      }
      var tables = [UInt32](repeating: 0, count: 4 * 256)
      for byte in 0..<4 {
        for value in 1..<256 {
          let rest = value & (value - 1)
          tables[byte * 256 + value] = tables[byte * 256 + rest] ^ images[byte * 8 + value.trailingZeroBitCount]
        }
      }
      self.tables = tables
    }

    /// The CRC of A followed by B, where B has the appender's length.
    @inlinable
    public func callAsFunction(_ a: UInt32, _ b: UInt32) -> UInt32 {
      tables.withUnsafeBufferPointer { table in
        table[Int(a & 0xFF)] ^ table[256 + Int((a >> 8) & 0xFF)] ^ table[512 + Int((a >> 16) & 0xFF)]
          ^ table[768 + Int(a >> 24)] ^ b
      }
    }
  }
}
