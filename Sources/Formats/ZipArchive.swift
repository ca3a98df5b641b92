import Failures

/// The directory of a zip archive (PKWARE APPNOTE 6.3): stored and deflated members, with the zip64 extensions.
///
/// As with NumPy and unzip, other bytes may precede and follow the archive, and a member that is damaged, encrypted or
/// packed by another method is an error only for who asks for it.
struct ZipArchive {
  /// A member as the directory has it, or why it cannot be read.
  struct Item {
    /// As the archive has it.
    let name: String
    let member: Result<ZipMember, Failure>
  }

  /// In the directory's order.
  let items: [Item]

  init(_ bytes: UnsafeRawBufferPointer) throws {
    let end = try ZipEnd.find(bytes)
    guard let directory = bytes.slice(end.directoryOffset, end.directorySize) else {
      throw Failure(.badData, "the archive's directory lies outside the file")
    }
    var cursor = ByteCursor(directory)
    var items: [Item] = []
    // The count is only a claim until the entries have been read, so nothing is reserved by it.
    for number in 0..<end.entries {
      let entry = try at("directory entry \(number + 1) of \(end.entries)") { try ZipEntry(&cursor) }
      let member = failing { try entry.member(bytes, in: end) }
      items.append(Item(name: entry.name, member: member))
    }
    guard cursor.remaining == 0 else {
      throw Failure(.badData, "\(cursor.remaining) bytes follow the last entry of the archive's directory")
    }
    self.items = ZipArchive.withoutRepeated(ZipArchive.withoutOverlaps(items))
  }

  /// Members of one name cannot be told apart.
  private static func withoutRepeated(_ items: [Item]) -> [Item] {
    var counts: [String: Int] = [:]
    for item in items { counts[item.name, default: 0] += 1 }
    return items.map { item in
      guard let count = counts[item.name], count > 1 else { return item }
      let failure = Failure(
        .badData, "the archive has \(count) members named '\(item.name)'",
        hint: "write the file again with numpy.savez")
      return Item(name: item.name, member: .failure(failure))
    }
  }

  /// Of members that share bytes, none is what it claims to be.
  private static func withoutOverlaps(_ items: [Item]) -> [Item] {
    let places = items.enumerated().compactMap { index, item in
      (try? item.member.get()).map { (index: index, start: $0.headerOffset, end: $0.dataOffset + $0.packedSize) }
    }
    var items = items
    var furthest: (index: Int, end: Int)?
    for place in places.sorted(by: { ($0.start, $0.index) < ($1.start, $1.index) }) {
      if let other = furthest, other.end > place.start {
        for (one, two) in [(other.index, place.index), (place.index, other.index)] {
          let failure = Failure(.badData, "the members '\(items[one].name)' and '\(items[two].name)' overlap")
          items[one] = Item(name: items[one].name, member: .failure(failure))
        }
      }
      if place.end > furthest?.end ?? -1 { furthest = (place.index, place.end) }
    }
    return items
  }
}

/// The value of `body`, or the failure that it throws.
func failing<Value>(_ body: () throws -> Value) -> Result<Value, Failure> {
  do {
    return .success(try body())
  } catch let failure as Failure {
    return .failure(failure)
  } catch {
    return .failure(Failure(.internalFault, "\(error)"))
  }
}
