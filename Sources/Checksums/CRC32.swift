public import CZlib

/// CRC-32 with zlib's polynomial: of bytes, and of bytes put together from parts whose CRCs are known.
public enum CRC32 {
  /// The CRC of `bytes`, going on from `previous`, the CRC of what stands before them (0 at the start).
  @inlinable
  public static func of(_ bytes: UnsafeRawBufferPointer, after previous: UInt32 = 0) -> UInt32 {
    guard let start = bytes.baseAddress else { return previous }
    return nextvec_crc32(previous, start, bytes.count)
  }

  /// Appends parts of one constant length: the operator costs a logarithm of the length to make, and little to use.
  public struct Appender: Sendable {
    private let advance: UInt

    /// - Parameter length: bytes of each part, 0 or more.
    public init(length: Int) {
      advance = UInt(crc32_combine_gen(length))
    }

    /// The CRC of A followed by B, where B has the appender's length.
    public func callAsFunction(_ a: UInt32, _ b: UInt32) -> UInt32 {
      UInt32(truncatingIfNeeded: crc32_combine_op(UInt(a), UInt(b), advance))
    }
  }
}
