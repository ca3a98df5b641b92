import Failures

/// The directory of a zip archive (PKWARE APPNOTE 6.3): stored and deflated members, with the zip64 extensions.
///
/// Nothing in it is believed before it has been compared: offsets and sizes lie inside the file, local headers repeat
/// what the directory says, and members do not overlap.
struct ZipArchive {
  /// In the directory's order.
  let members: [ZipMember]
  /// Why a member cannot be read, by its name: a fault only for whoever asks for it.
  let unreadable: [String: Failure]

  init(_ bytes: UnsafeRawBufferPointer) throws {
    let end = try ZipEnd(bytes)
    guard let directory = bytes.slice(end.directoryOffset, end.directorySize) else {
      throw Failure(.badData, "the archive's directory lies outside the file")
    }
    var cursor = ByteCursor(directory)
    var members: [ZipMember] = []
    var unreadable: [String: Failure] = [:]
    // The count is only a claim until the entries have been read, so nothing is reserved by it.
    for number in 0..<end.entries {
      let entry = try at("directory entry \(number + 1) of \(end.entries)") { try ZipEntry(&cursor) }
      do {
        members.append(try entry.member(bytes, limit: end.directoryOffset))
      } catch let failure as Failure {
        unreadable[entry.name] = failure
      }
    }
    guard cursor.remaining == 0 else {
      throw Failure(.badData, "\(cursor.remaining) bytes follow the last entry of the archive's directory")
    }
    try ZipArchive.checkNames(members)
    try ZipArchive.checkOverlap(members)
    self.members = members
    self.unreadable = unreadable
  }

  private static func checkNames(_ members: [ZipMember]) throws {
    var seen = Set<String>()
    for member in members where !seen.insert(member.name).inserted {
      throw Failure(
        .badData, "the archive has two members named '\(member.name)'", hint: "write the file again with numpy.savez")
    }
  }

  private static func checkOverlap(_ members: [ZipMember]) throws {
    let ordered = members.sorted { $0.headerOffset < $1.headerOffset }
    for (one, next) in zip(ordered, ordered.dropFirst()) where one.dataOffset + one.packedSize > next.headerOffset {
      throw Failure(.badData, "the members '\(one.name)' and '\(next.name)' overlap")
    }
  }
}

/// The record that ends an archive and says where its directory lies.
struct ZipEnd {
  let entries: Int
  let directoryOffset: Int
  let directorySize: Int

  private static let signature: UInt32 = 0x0605_4B50
  private static let length = 22

  init(_ bytes: UnsafeRawBufferPointer) throws {
    guard let position = ZipEnd.find(bytes) else {
      throw Failure(
        .badData, "expected a zip archive's directory at the end, found none",
        hint: "the file is cut short, or was still being written")
    }
    var cursor = ByteCursor(bytes, at: position + 4)
    let disks = (try cursor.integer(UInt16.self), try cursor.integer(UInt16.self))
    let counts = (try cursor.integer(UInt16.self), try cursor.integer(UInt16.self))
    let size = try cursor.integer(UInt32.self)
    let offset = try cursor.integer(UInt32.self)
    let directoryEnd: Int
    let isFull = disks.0 == .max || disks.1 == .max || counts.1 == .max || size == .max || offset == .max
    // Some writers add the record with 64-bit fields although none is needed.
    if isFull || Zip64End.isThere(bytes, before: position) {
      let wide = try Zip64End(bytes, before: position)
      (entries, directorySize, directoryOffset) = (wide.entries, wide.size, wide.offset)
      directoryEnd = wide.position
      try ZipEnd.check(counts.1 == .max || Int(counts.1) == entries)
      try ZipEnd.check(size == .max || Int(size) == directorySize)
      try ZipEnd.check(offset == .max || Int(offset) == directoryOffset)
    } else {
      guard disks == (0, 0), counts.0 == counts.1 else {
        throw Failure(.badData, "the archive is spread over several files", hint: "join its parts first")
      }
      (entries, directorySize, directoryOffset) = (Int(counts.1), Int(size), Int(offset))
      directoryEnd = position
    }
    let (sum, overflow) = directoryOffset.addingReportingOverflow(directorySize)
    guard !overflow, sum == directoryEnd else {
      throw Failure(
        .badData,
        "expected the archive's directory to end at byte \(directoryEnd), where its end record starts; "
          + "it claims to start at byte \(directoryOffset) and have \(directorySize) bytes")
    }
  }

  private static func check(_ agrees: Bool) throws {
    guard agrees else { throw Failure(.badData, "the archive's end record and its zip64 end record differ") }
  }

  /// The last place where an end record's comment reaches exactly to the file's end; where there is none, the last place
  /// of a record after which other bytes follow, as they do in files that were padded or appended to.
  private static func find(_ bytes: UnsafeRawBufferPointer) -> Int? {
    var position = bytes.count - length
    let lowest = max(0, position - 0xFFFF)
    var last: Int?
    while position >= lowest {
      if bytes.integer(UInt32.self, at: position) == signature,
        let comment = bytes.integer(UInt16.self, at: position + 20)
      {
        let rest = bytes.count - position - length
        if Int(comment) == rest { return position }
        if last == nil, Int(comment) < rest { last = position }
      }
      position -= 1
    }
    return last
  }
}

/// The end record with 64-bit fields, found through the locator just before the ordinary one.
private struct Zip64End {
  let position: Int
  let entries: Int
  let size: Int
  let offset: Int

  /// Whether a locator stands just before the ordinary end record.
  static func isThere(_ bytes: UnsafeRawBufferPointer, before end: Int) -> Bool {
    bytes.integer(UInt32.self, at: end - 20) == 0x0706_4B50
  }

  init(_ bytes: UnsafeRawBufferPointer, before end: Int) throws {
    let bad = Failure(.badData, "the archive's zip64 end record is missing or malformed")
    let locator = end - 20
    guard bytes.integer(UInt32.self, at: locator) == 0x0706_4B50, bytes.integer(UInt32.self, at: locator + 4) == 0,
      let index = bytes.integer(UInt64.self, at: locator + 8), let position = Int(exactly: index),
      bytes.integer(UInt32.self, at: position) == 0x0606_4B50,
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
