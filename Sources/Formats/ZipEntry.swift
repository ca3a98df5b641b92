import Failures

/// One entry of an archive's directory.
struct ZipEntry {
  let name: String
  private let nameBytes: UnsafeRawBufferPointer
  private let flags: UInt16
  private let method: UInt16
  private let checksum: UInt32
  private let narrow: (size: UInt32, packedSize: UInt32, headerOffset: UInt32)
  private let extra: UnsafeRawBufferPointer

  /// Reads the entry at the cursor and moves past it.
  init(_ cursor: inout ByteCursor) throws {
    guard try cursor.integer(UInt32.self) == 0x0201_4B50 else {
      throw Failure(.badData, "expected an entry of the archive's directory, found other bytes")
    }
    _ = try cursor.take(4)
    flags = try cursor.integer(UInt16.self)
    method = try cursor.integer(UInt16.self)
    _ = try cursor.take(4)
    checksum = try cursor.integer(UInt32.self)
    let packedSize = try cursor.integer(UInt32.self)
    let size = try cursor.integer(UInt32.self)
    let nameLength = Int(try cursor.integer(UInt16.self))
    let extraLength = Int(try cursor.integer(UInt16.self))
    let commentLength = Int(try cursor.integer(UInt16.self))
    _ = try cursor.take(8)
    narrow = (size, packedSize, try cursor.integer(UInt32.self))
    nameBytes = try cursor.take(nameLength)
    name = ZipName.text(nameBytes, isUTF8: flags & 0x800 != 0)
    extra = try cursor.take(extraLength)
    _ = try cursor.take(commentLength)
  }

  /// Compares the entry with the member's local header and locates its bytes, all before the directory. Sizes and
  /// checksum are the directory's: what the local header says of them is not needed to verify the bytes.
  func member(_ bytes: UnsafeRawBufferPointer, in end: ZipEnd) throws -> ZipMember {
    var wide = Zip64Extra(extra)
    let size = try wide.resolve(narrow.size)
    let packedSize = try wide.resolve(narrow.packedSize)
    let stated = try wide.resolve(narrow.headerOffset)
    let compression = try checkedCompression(packedSize: packedSize, size: size)
    let limit = end.directoryOffset
    let (headerOffset, overflow) = stated.addingReportingOverflow(end.start)
    guard !overflow, headerOffset <= limit, let head = bytes.slice(headerOffset, 30),
      let nameLength = head.integer(UInt16.self, at: 26), let extraLength = head.integer(UInt16.self, at: 28),
      let localName = bytes.slice(headerOffset + 30, Int(nameLength))
    else { throw Failure(.badData, "its header lies outside the file") }
    guard head.integer(UInt32.self, at: 0) == 0x0403_4B50 else {
      throw Failure(.badData, "expected its header at byte \(headerOffset), found other bytes")
    }
    guard localName.elementsEqual(nameBytes), head.integer(UInt16.self, at: 8) == method,
      head.integer(UInt16.self, at: 6).map({ $0 & Self.encrypted == 0 }) == true
    else { throw Failure(.badData, "its header and the archive's directory differ in name or method") }
    let start = headerOffset + 30 + Int(nameLength) + Int(extraLength)
    guard start <= limit, packedSize <= limit - start else {
      throw Failure(.badData, "its \(packedSize) bytes reach beyond the archive's directory")
    }
    return ZipMember(
      name: name, headerOffset: headerOffset, dataOffset: start, packedSize: packedSize, size: size,
      checksum: checksum, compression: compression)
  }

  /// The flags of encrypted data, strongly encrypted data and hidden headers.
  private static let encrypted: UInt16 = 0x2041

  private func checkedCompression(packedSize: Int, size: Int) throws -> Compression {
    guard flags & Self.encrypted == 0 else {
      throw Failure(.badData, "it is encrypted", hint: "save it without a password")
    }
    switch method {
    case 0:
      guard packedSize == size else {
        throw Failure(.badData, "it is stored, yet claims \(packedSize) bytes packed and \(size) unpacked")
      }
      return .stored
    case 8:
      // Deflate spends at least two bits on 258 bytes, so 1032 is the most that a byte can unfold to.
      let (maximum, overflow) = packedSize.multipliedReportingOverflow(by: 1032)
      guard overflow || size <= maximum else {
        throw Failure(.badData, "it claims to inflate from \(packedSize) bytes to \(size), more than deflate can")
      }
      return .deflated
    default:
      throw Failure(
        .badData, "it is compressed by zip's method \(method); only 0 (stored) and 8 (deflated) are read",
        hint: "save it with numpy.savez or numpy.savez_compressed")
    }
  }
}

/// The extra field with 64-bit values, one for each 32-bit field that is full (0xFFFFFFFF), in the order of the fields.
private struct Zip64Extra {
  private var values: ByteCursor?

  /// Fields that are cut short count as absent: most archives need none.
  init(_ extra: UnsafeRawBufferPointer) {
    var cursor = ByteCursor(extra)
    while values == nil, let identifier = try? cursor.integer(UInt16.self),
      let length = try? cursor.integer(UInt16.self), let field = try? cursor.take(Int(length))
    {
      if identifier == 1 { values = ByteCursor(field) }
    }
  }

  /// The value of a 32-bit field.
  mutating func resolve(_ narrow: UInt32) throws -> Int {
    guard narrow == .max else { return Int(narrow) }
    guard let wide = try values?.integer(UInt64.self), let value = Int(exactly: wide) else {
      throw Failure(.badData, "a size or offset of 64 bits is missing or too large")
    }
    return value
  }
}
