/// A member of an archive that is being written: its local header and its entry in the directory.
///
/// As NumPy does, the local header always has 64-bit sizes, and the directory only where they are needed.
struct ZipRecord {
  let name: String
  let headerOffset: Int
  let isDeflated: Bool
  var checksum: UInt32 = 0
  var packedSize = 0
  var size = 0
  /// Bytes of an extra field that does nothing but shift the data.
  private var padding = 0

  private static let sizesLength = 20

  init(name: String, headerOffset: Int, isDeflated: Bool) {
    self.name = name
    self.headerOffset = headerOffset
    self.isDeflated = isDeflated
  }

  /// Where the packed bytes start.
  var dataOffset: Int { headerOffset + 30 + name.utf8.count + ZipRecord.sizesLength + padding }

  /// Shifts the data to a multiple of `alignment`.
  mutating func alignData(to alignment: Int) {
    padding = 0
    padding = (alignment - dataOffset % alignment) % alignment
    // A field has a head of four bytes.
    if padding > 0 && padding < 4 { padding += alignment }
  }

  func localHeader() -> [UInt8] {
    var bytes = ZipBytes()
    bytes.append(UInt32(0x0403_4B50))
    appendCommon(&bytes)
    bytes.append(UInt32.max)
    bytes.append(UInt32.max)
    bytes.append(UInt16(truncatingIfNeeded: name.utf8.count))
    bytes.append(UInt16(truncatingIfNeeded: ZipRecord.sizesLength + padding))
    bytes.all += Array(name.utf8)
    bytes.append(UInt16(1))
    bytes.append(UInt16(16))
    bytes.append(UInt64(size))
    bytes.append(UInt64(packedSize))
    if padding > 0 {
      // The identifier by which Android's tools mark alignment.
      bytes.append(UInt16(0xD935))
      bytes.append(UInt16(truncatingIfNeeded: padding - 4))
      bytes.all += [UInt8](repeating: 0, count: padding - 4)
    }
    return bytes.all
  }

  func directoryEntry() -> [UInt8] {
    var wide = ZipBytes()
    let sizes = [size, packedSize, headerOffset].map { value -> UInt32 in
      if value < Int(UInt32.max) { return UInt32(value) }
      wide.append(UInt64(value))
      return .max
    }
    var bytes = ZipBytes()
    bytes.append(UInt32(0x0201_4B50))
    // Made by version 4.5 on Unix, so that the permissions below mean what they say.
    bytes.append(UInt16(3 << 8 | 45))
    appendCommon(&bytes)
    bytes.append(sizes[1])
    bytes.append(sizes[0])
    bytes.append(UInt16(truncatingIfNeeded: name.utf8.count))
    bytes.append(UInt16(wide.all.isEmpty ? 0 : wide.all.count + 4))
    // No comment, the first disk, no attributes of its own.
    bytes.all += [UInt8](repeating: 0, count: 6)
    bytes.append(UInt32(0o600) << 16)
    bytes.append(sizes[2])
    bytes.all += Array(name.utf8)
    if !wide.all.isEmpty {
      bytes.append(UInt16(1))
      bytes.append(UInt16(wide.all.count))
      bytes.all += wide.all
    }
    return bytes.all
  }

  /// Version, flags, method, the fixed time of 1980-01-01 00:00 and the checksum.
  private func appendCommon(_ bytes: inout ZipBytes) {
    bytes.append(UInt16(45))
    // Bit 11: the name is UTF-8.
    bytes.append(UInt16(name.utf8.allSatisfy { $0 < 0x80 } ? 0 : 1 << 11))
    bytes.append(UInt16(isDeflated ? 8 : 0))
    bytes.append(UInt16(0))
    bytes.append(UInt16(1 << 5 | 1))
    bytes.append(checksum)
  }

  /// The records that end an archive, the 64-bit ones only where they are needed.
  static func endRecord(entries: Int, offset: Int, size: Int) -> [UInt8] {
    var bytes = ZipBytes()
    if entries >= Int(UInt16.max) || offset >= Int(UInt32.max) || size >= Int(UInt32.max) {
      bytes.append(UInt32(0x0606_4B50))
      bytes.append(UInt64(44))
      bytes.append(UInt16(3 << 8 | 45))
      bytes.append(UInt16(45))
      bytes.append(UInt64(0))
      bytes.append(UInt64(entries))
      bytes.append(UInt64(entries))
      bytes.append(UInt64(size))
      bytes.append(UInt64(offset))
      bytes.append(UInt32(0x0706_4B50))
      bytes.append(UInt32(0))
      bytes.append(UInt64(offset + size))
      bytes.append(UInt32(1))
    }
    bytes.append(UInt32(0x0605_4B50))
    bytes.append(UInt32(0))
    bytes.append(UInt16(clamping: entries))
    bytes.append(UInt16(clamping: entries))
    bytes.append(UInt32(clamping: size))
    bytes.append(UInt32(clamping: offset))
    bytes.append(UInt16(0))
    return bytes.all
  }
}

/// Little-endian fields one after the other.
private struct ZipBytes {
  var all: [UInt8] = []

  mutating func append<Integer: FixedWidthInteger>(_ value: Integer) {
    withUnsafeBytes(of: value.littleEndian) { all += $0 }
  }
}
