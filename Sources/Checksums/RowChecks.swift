internal import CVectors

/// What one pass over rows of floats finds while they are in the cache.
public enum RowChecks {
  /// Computes the CRC-32 of each row's bytes.
  ///
  /// - Parameters:
  ///   - vectors: the bytes of (rows, dim) floats, at any address.
  ///   - checksums: (rows), overwritten.
  ///   - previous: the CRC of the bytes before.
  ///   - appender: made for `4 · dim` bytes.
  /// - Returns: the CRC of all rows after `previous`, and the first row that holds a NaN or an infinity.
  public static func check(
    _ vectors: UnsafeRawBufferPointer, dim: Int, into checksums: UnsafeMutableBufferPointer<UInt32>,
    after previous: UInt32 = 0, appender: CRC32.Appender
  ) -> (crc: UInt32, firstNonFinite: Int?) {
    precondition(vectors.count == 4 * checksums.count * dim, "a checksum per row")
    var crc = previous
    var firstNonFinite: Int?
    for row in 0..<checksums.count {
      let vector = UnsafeRawBufferPointer(rebasing: vectors[4 * row * dim..<4 * (row + 1) * dim])
      let checksum = CRC32.of(vector)
      checksums[row] = checksum
      crc = appender(crc, checksum)
      if firstNonFinite == nil, !isFinite(vector) { firstNonFinite = row }
    }
    return (crc, firstNonFinite)
  }

  /// True where none of the floats is a NaN or an infinity.
  ///
  /// - Parameter vector: the bytes of floats, at any address.
  public static func isFinite(_ vector: UnsafeRawBufferPointer) -> Bool {
    guard let start = vector.baseAddress else { return true }
    return nextvec_all_finite(start, vector.count / 4) != 0
  }
}
