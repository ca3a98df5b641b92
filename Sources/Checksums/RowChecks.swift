/// What one pass over rows of floats finds while they are in the cache.
public enum RowChecks {
  /// Computes the CRC-32 of each row's bytes.
  ///
  /// - Parameters:
  ///   - vectors: (rows, dim).
  ///   - checksums: (rows), overwritten.
  ///   - previous: the CRC of the bytes before.
  ///   - appender: made for `4 · dim` bytes.
  /// - Returns: the CRC of all rows after `previous`, and the first row that holds a NaN or an infinity.
  public static func check(
    _ vectors: UnsafeBufferPointer<Float>, dim: Int, into checksums: UnsafeMutableBufferPointer<UInt32>,
    after previous: UInt32 = 0, appender: CRC32.Appender
  ) -> (crc: UInt32, firstNonFinite: Int?) {
    precondition(vectors.count == checksums.count * dim, "a checksum per row")
    var crc = previous
    var firstNonFinite: Int?
    for row in 0..<checksums.count {
      let vector = UnsafeBufferPointer(rebasing: vectors[row * dim..<(row + 1) * dim])
      let checksum = CRC32.of(UnsafeRawBufferPointer(vector))
      checksums[row] = checksum
      crc = appender(crc, checksum)
      if firstNonFinite == nil, !isFinite(vector) { firstNonFinite = row }
    }
    return (crc, firstNonFinite)
  }

  /// True where no entry is a NaN or an infinity.
  @inlinable
  public static func isFinite(_ vector: UnsafeBufferPointer<Float>) -> Bool {
    var carry: UInt32 = 0
    for entry in vector {
      // An exponent of all ones carries into the sign bit, every other one does not; so there is no branch per entry.
      carry |= (entry.bitPattern & 0x7F80_0000) &+ 0x0080_0000
    }
    return carry & 0x8000_0000 == 0
  }
}
