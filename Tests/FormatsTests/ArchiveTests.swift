import Failures
import Formats
import Testing

/// Archives that lie about where their members are.
@Suite struct ArchiveTests {
  /// The places of the directory's entries in small.npz.
  private func entries(_ bytes: [UInt8]) -> [Int] {
    bytes.indices.filter { bytes[$0...].starts(with: [0x50, 0x4B, 1, 2]) }
  }

  private func set(_ bytes: inout [UInt8], _ place: Int, _ value: UInt32) {
    for byte in 0..<4 { bytes[place + byte] = UInt8(truncatingIfNeeded: value >> UInt32(8 * byte)) }
  }

  @Test func overlappingMembersAreRefused() throws {
    var bytes = try fixtureBytes("small.npz")
    let places = entries(bytes)
    // The second entry becomes a copy of the first under another name, with its local header's name still the first's.
    let header = Array(bytes[places[0] + 42..<places[0] + 46])
    bytes.replaceSubrange(places[1] + 42..<places[1] + 46, with: header)
    #expect(try failure { try opened(bytes).integers("article_ids") }.problem.contains("differ in name"))
  }

  @Test func twoMembersOfOneNameAreRefused() throws {
    let bytes = try fixtureBytes("small.npz")
    let places = entries(bytes)
    let end = bytes.count - 22
    var doubled = Array(bytes[..<places[1]]) + bytes[places[0]..<places[1]]
    let size = doubled.count - places[0]
    doubled += bytes[end...]
    set(&doubled, doubled.count - 22 + 12, UInt32(size))
    #expect(try failure { try opened(doubled).floatRows("vectors") }.problem.contains("2 members named 'vectors.npy'"))
  }

  @Test(
    arguments: [
      (10, 8, "differ in name or method"),
      (20, 0x7FFF_FFF0, ""), (24, 0x7FFF_FFF0, ""), (42, 0x7FFF_FFF0, "outside the file"),
      (42, 1, "its header"), (42, 0xFFFF_FFFF, "64 bits"), (24, 0xFFFF_FFFF, "64 bits"), (8, 1, "encrypted"),
      (28, 0xFFFF, ""), (30, 0xFFFF_FFFF, ""),
    ] as [(Int, UInt32, String)])
  func liesInTheDirectoryAreRefused(_ offset: Int, _ value: UInt32, _ words: String) throws {
    var bytes = try fixtureBytes("small.npz")
    let place = entries(bytes)[0] + offset
    if value <= 0xFFFF {
      bytes[place] = UInt8(value & 0xFF)
      bytes[place + 1] = UInt8(value >> 8)
    } else {
      set(&bytes, place, value)
    }
    let thrown = try failure { try opened(bytes).floatRows("vectors").all() }
    #expect(thrown.status == .badData)
    #expect(thrown.problem.contains(words), "\(thrown)")
  }

  @Test func claimsOfGigabytesAreRefusedBeforeTheyAreBelieved() throws {
    var bytes = try fixtureBytes("small_deflated.npz")
    set(&bytes, entries(bytes)[0] + 24, 0x7FFF_0000)
    let thrown = try failure { try opened(bytes).floatRows("vectors") }
    #expect(thrown.problem.contains("more than deflate can"))
  }

  @Test func aDirectoryOfManyEntriesThatAreNotThereIsRefused() throws {
    var bytes = try fixtureBytes("empty.npz")
    for place in [8, 9, 10, 11] { bytes[place] = 0xFE }
    #expect(throws: Failure.self) { try opened(bytes) }
  }

  @Test func readsTheWideEndRecord() throws {
    let bytes = try fixtureBytes("small.npz")
    let end = bytes.count - 22
    let start = entries(bytes)[0]
    func word(_ value: Int) -> [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
    var wide = Array(bytes[..<end])
    wide += [0x50, 0x4B, 6, 6] + word(44) + [45, 3, 45, 0] + word(0) + word(2) + word(2)
    wide += word(end - start) + word(start)
    wide += [0x50, 0x4B, 6, 7, 0, 0, 0, 0] + word(end) + [1, 0, 0, 0]
    wide += [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + [UInt8](repeating: 0xFF, count: 12) + [0, 0]
    #expect(try opened(wide).floatRows("vectors").all().vectors == [0, 1, 2, 3, 4, 5])
    for place in end..<wide.count {
      var damaged = wide
      damaged[place] ^= 0xFF
      if let rows = try? opened(damaged).floatRows("vectors").all().vectors { #expect(rows == [0, 1, 2, 3, 4, 5]) }
    }
  }
}
