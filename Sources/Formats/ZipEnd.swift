import Failures

/// The record that ends an archive and says where its directory lies.
struct ZipEnd {
  let entries: Int
  /// From the file's start.
  let directoryOffset: Int
  let directorySize: Int
  /// Bytes before the archive, as in one that extracts itself: its own offsets count from there.
  let start: Int

  private static let signature: UInt32 = 0x0605_4B50
  private static let length = 22
  /// As far from the file's end Python's zipfile looks: a comment of the greatest length, and a byte.
  private static let reach = 1 << 16

  /// The last end record of a directory that is there. A comment or other bytes may follow it.
  static func find(_ bytes: UnsafeRawBufferPointer) throws -> ZipEnd {
    var position = bytes.count - length
    let lowest = max(0, position - reach)
    var failure: Failure?
    while position >= lowest {
      if bytes.integer(UInt32.self, at: position) == signature {
        switch failing({ try ZipEnd(bytes, at: position) }) {
        case .success(let end): return end
        case .failure(let found): failure = failure ?? found
        }
      }
      position -= 1
    }
    throw failure
      ?? Failure(
        .badData, "expected a zip archive's directory at the end, found none",
        hint: "the file is cut short, or was still being written")
  }

  private init(_ bytes: UnsafeRawBufferPointer, at position: Int) throws {
    var cursor = ByteCursor(bytes, at: position + 4)
    let disks = (try cursor.integer(UInt16.self), try cursor.integer(UInt16.self))
    let counts = (try cursor.integer(UInt16.self), try cursor.integer(UInt16.self))
    let size = try cursor.integer(UInt32.self)
    let offset = try cursor.integer(UInt32.self)
    let stated: (entries: Int, size: Int, offset: Int, end: Int)
    let needsWide = disks.0 == .max || disks.1 == .max || counts.1 == .max || size == .max || offset == .max
    // Some writers add the wide record to small archives too.
    if let wide = try Zip64End(bytes, before: position, isNeeded: needsWide) {
      stated = (wide.entries, wide.size, wide.offset, wide.position)
      guard counts.1 == .max || Int(counts.1) == wide.entries, size == .max || Int(size) == wide.size,
        offset == .max || Int(offset) == wide.offset
      else { throw Failure(.badData, "the archive's end record and its zip64 end record differ") }
    } else {
      guard disks == (0, 0), counts.0 == counts.1 else {
        throw Failure(.badData, "the archive is spread over several files", hint: "join its parts first")
      }
      stated = (Int(counts.1), Int(size), Int(offset), position)
    }
    let (sum, overflow) = stated.offset.addingReportingOverflow(stated.size)
    let first = bytes.integer(UInt32.self, at: stated.end - min(stated.size, stated.end))
    guard !overflow, sum <= stated.end, stated.entries == 0 || first == 0x0201_4B50 else {
      throw Failure(
        .badData,
        "expected the archive's directory to end at byte \(stated.end), where its end record starts; "
          + "it claims to start at byte \(stated.offset) and have \(stated.size) bytes")
    }
    (entries, directorySize, start) = (stated.entries, stated.size, stated.end - sum)
    directoryOffset = stated.end - stated.size
  }
}

/// The end record with 64-bit fields, found through the locator just before the ordinary one.
private struct Zip64End {
  let position: Int
  let entries: Int
  let size: Int
  let offset: Int

  private static let length = 56

  /// Nil where there is none.
  ///
  /// - Parameter isNeeded: whether the ordinary record has not room for what it has to say.
  /// - Throws: `.badData` where the record is needed and is not there, or is malformed.
  init?(_ bytes: UnsafeRawBufferPointer, before end: Int, isNeeded: Bool) throws {
    let locator = end - 20
    let bad = Failure(.badData, "the archive's zip64 end record is missing or malformed")
    guard bytes.integer(UInt32.self, at: locator) == 0x0706_4B50,
      let index = bytes.integer(UInt64.self, at: locator + 8),
      // Bytes before the archive shift the record, but not what the locator says.
      let position = [Int(exactly: index), locator - Self.length].compactMap({ $0 }).first(where: {
        bytes.integer(UInt32.self, at: $0) == 0x0606_4B50
      })
    else {
      if isNeeded { throw bad }
      return nil
    }
    guard bytes.integer(UInt32.self, at: locator + 4) == 0,
      let rest = bytes.integer(UInt64.self, at: position + 4), rest >= 44,
      let length = Int(exactly: rest), position <= locator - 12, length == locator - position - 12,
      bytes.integer(UInt32.self, at: position + 16) == 0, bytes.integer(UInt32.self, at: position + 20) == 0,
      let here = bytes.integer(UInt64.self, at: position + 24), bytes.integer(UInt64.self, at: position + 32) == here,
      let entries = Int(exactly: here),
      let size = bytes.integer(UInt64.self, at: position + 40).flatMap({ Int(exactly: $0) }),
      let offset = bytes.integer(UInt64.self, at: position + 48).flatMap({ Int(exactly: $0) })
    else { throw bad }
    (self.position, self.entries, self.size, self.offset) = (position, entries, size, offset)
  }
}
