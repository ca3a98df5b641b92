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
