import Failures
import JSON
import Stages
import Streams
import TestSupport
import Testing
import Vectors

@Suite struct StagesTests {
  private func failure(_ body: () throws -> Void) -> Failure? {
    do {
      try body()
      return nil
    } catch {
      return error as? Failure
    }
  }

  @Test func aLineThatIsNoObjectIsNamedByItsNumber() throws {
    let folder = try Folder()
    let path = try folder.write(Array("{\"a\":1}\n\n  \n{\"a\":2}\n[3]\n".utf8), to: "lines")
    var found: [Int?] = []
    let failure = failure { try JSONLines.forEach(in: path) { found.append($0["a"]?.int) } }
    #expect(found == [1, 2])
    #expect(failure?.status == .badData && failure?.places == [path, "line 5"])
    let good = try folder.write(Array("{\"a\":1}\n{\"a\":9}".utf8), to: "good")
    #expect(try JSONLines.last(of: good)?["a"]?.int == 9)
    #expect(try JSONLines.last(of: try folder.write([], to: "empty")) == nil)
  }

  @Test func aFileIsDescribedByNameSizeAndChecksum() throws {
    let folder = try Folder()
    let path = try folder.write(Array("123456789".utf8), to: "nine")
    // The check value of CRC-32/ISO-HDLC in every catalogue.
    #expect(try Provenance.File(describing: path) == Provenance.File(name: path, size: 9, crc32: 0xCBF4_3926))
    #expect(failure { _ = try Provenance.File(describing: folder("absent")) }?.status == .cannotOpen)
  }

  @Test func theKindOfAStreamIsChecked() throws {
    let streams = Tools.root + "/Tests/Reference/streams/"
    let chunks = try StreamInput([streams + "chunks-v1.nvs"])
    try chunks.expect(.chunks)
    let wrong = failure { _ = try chunks.expectWindows() }
    #expect(wrong?.status == .badData && wrong?.description.hasSuffix("expected windows, found chunks") == true)
    #expect(wrong?.hint?.contains("seq-build") == true)
    for name in ["sequences-v1.nvs", "windows-v1.nvs"] {
      let windows = try StreamInput([streams + name])
      #expect(try windows.expectWindows().context == 3)
      #expect(failure { try windows.expect(.predictions) }?.hint?.contains("model-predict") == true)
    }
  }

  @Test func membersAreCountedOverAllFiles() throws {
    let path = Tools.root + "/Tests/Reference/streams/two-members-v1.nvs"
    let input = try StreamInput([path, path])
    while try input.next() != nil {}
    #expect(input.members == 4 && input.counts["shard:short_articles"] == 14)
    try input.expect(members: 4)
    try input.expect(members: nil)
    #expect(failure { try input.expect(members: 3) }?.description.contains("expected 3 members, found 4") == true)
  }
}
