import Descriptors
import Failures
import Glibc
import TestSupport
import Testing

@Suite struct DescriptorsTests {
  private func failure(_ body: () throws -> Void) -> Failure? {
    do {
      try body()
      return nil
    } catch {
      return error as? Failure
    }
  }

  @Test func aPipeIsReadUntilThereIsEnough() throws {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    let (reader, writer) = (Descriptor(ends[0], name: "pipe"), Descriptor(ends[1]))
    #expect(reader.isPipe && reader.regularFileSize == nil && reader.offset == nil)
    try Array("abcdef".utf8).withUnsafeBytes { try writer.write($0) }
    try writer.close()
    var bytes = [UInt8](repeating: 0, count: 16)
    // Six bytes, then the end: fewer than asked for is no error at the end of a stream.
    let count = try bytes.withUnsafeMutableBytes { try reader.read(into: $0, atLeast: 10) }
    #expect(String(decoding: bytes[..<count], as: UTF8.self) == "abcdef")
    #expect(try bytes.withUnsafeMutableBytes { try reader.read(into: $0) } == 0)
    try reader.close()
    // The second close finds nothing to close, and says so.
    #expect(failure { try reader.close() }?.status == .inputOutput)
  }

  @Test func bytesBeyondTheEndOfAFileAreAnError() throws {
    let folder = try Folder()
    let path = try folder.write([1, 2, 3, 4], to: "four")
    let descriptor = try InputFile.open(path)
    defer { InputFile.close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 3)
    try bytes.withUnsafeMutableBytes { try Descriptor(descriptor).read(into: $0, at: 1) }
    #expect(bytes == [2, 3, 4])
    let short = failure {
      try bytes.withUnsafeMutableBytes { try Descriptor(descriptor, name: "four").read(into: $0, at: 2) }
    }
    #expect(short != nil)
  }

  @Test func inputFilesAreOpenedOrNamed() throws {
    let folder = try Folder()
    #expect(failure { _ = try InputFile.open(folder("absent")) }?.status == .cannotOpen)
    let isFolder = failure { _ = try InputFile.open(folder.path) }
    #expect(isFolder?.status == .cannotOpen && isFolder?.description.hasSuffix("is a folder") == true)
    let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 * 31) }
    let path = try folder.write(bytes, to: "large")
    #expect(try InputFile.bytes(path, limit: bytes.count) == bytes)
    let tooLarge = failure { _ = try InputFile.bytes(path, limit: bytes.count - 1) }
    #expect(tooLarge?.status == .badData && tooLarge?.description.contains("2999999") == true)
  }

  @Test(arguments: [0, 1, 5000, 700_000]) func aSpoolGivesBackWhatItGot(_ size: Int) throws {
    let spool = try SpoolFile()
    let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 * 7 + $0 >> 8) }
    for start in stride(from: 0, to: size, by: 70_001) {
      try bytes[start..<min(size, start + 70_001)].withUnsafeBytes { try spool.append($0) }
    }
    #expect(spool.count == size)
    var back: [UInt8] = []
    try spool.forEachPiece { back += $0 }
    #expect(back == bytes)
    #expect(Array(try spool.map()) == bytes)
    if size > 10 {
      var part = [UInt8](repeating: 0, count: 7)
      try part.withUnsafeMutableBytes { try spool.read(into: $0, at: size - 9) }
      #expect(part == Array(bytes[(size - 9)..<(size - 2)]))
    }
  }

  @Test func aMappingKnowsWhereItsBytesAre() throws {
    let folder = try Folder()
    let bytes = (0..<50_000).map { UInt8(truncatingIfNeeded: $0) }
    let descriptor = try InputFile.open(try folder.write(bytes, to: "bytes"))
    defer { InputFile.close(descriptor) }
    let mapping = try Mapping(descriptor: descriptor, offset: 5000, count: 40_000)
    #expect(Array(mapping.bytes) == Array(bytes[5000..<45_000]))
    #expect(mapping.fileOffset(of: UnsafeRawBufferPointer(rebasing: mapping.bytes[123...])) == 5123)
    // Pages that were released are read again.
    mapping.release(0..<40_000)
    #expect(mapping.bytes[39_999] == bytes[44_999])
    var walk = MappedWalk(mapping, 10..<300)
    #expect(walk.remaining == 290 && Array(walk.peek(2)) == Array(bytes[5010..<5012]))
    #expect(Array(walk.take(290)) == Array(bytes[5010..<5300]) && walk.remaining == 0)
  }
}
