import Descriptors
import Failures
import Formats
import Glibc
import Testing

@Suite struct WriterTests {
  private func written(compress: Bool, rows: Int = 100) throws -> Int32 {
    let descriptor = try temporaryFile()
    let writer = try NumPyWriter(descriptor: descriptor, name: "out.npz", compress: compress)
    try writer.beginArray("vectors", of: .float32, rowShape: [3])
    for row in 0..<rows {
      try (0..<3).map { Float(row * 3 + $0) }.withUnsafeBytes { try writer.append($0) }
    }
    try writer.endArray()
    try (0..<Int64(rows)).map { $0 * 2 }.withUnsafeBytes { try writer.write("article_indices", of: .int64, $0) }
    try [Int32(7)].withUnsafeBytes { try writer.write("target_offset", of: .int32, rowShape: nil, $0) }
    try writer.finish()
    return descriptor
  }

  private func bytes(_ descriptor: Int32) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 4 << 20)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    return Array(bytes[..<count])
  }

  @Test(arguments: [(false, 100), (true, 100), (false, 0), (true, 0), (false, 50_000), (true, 50_000)])
  func whatIsWrittenIsRead(_ compress: Bool, _ rows: Int) throws {
    let descriptor = try written(compress: compress, rows: rows)
    defer { close(descriptor) }
    lseek(descriptor, 0, SEEK_SET)
    let file = try NumPyFile(descriptor: descriptor, name: "out.npz")
    #expect(file.arrays.map(\.name) == ["vectors", "article_indices", "target_offset"])
    #expect(file.arrays.map(\.shape) == [[rows, 3], [rows], []])
    #expect(file.arrays.allSatisfy { $0.compression == (compress ? .deflated : .stored) })
    let read = try file.floatRows("vectors")
    #expect(try read.all(limit: 700).vectors == (0..<rows * 3).map(Float.init))
    #expect(try file.integers("article_indices") == (0..<Int64(rows)).map { $0 * 2 })
    #expect(try file.integers("target_offset") == [7])
  }

  @Test func theSameDataGiveTheSameBytes() throws {
    let (one, other) = (try written(compress: true), try written(compress: true))
    defer {
      close(one)
      close(other)
    }
    #expect(bytes(one) == bytes(other))
  }

  @Test func storedEntriesBeginAtMultiplesOf64() throws {
    let descriptor = try written(compress: false)
    defer { close(descriptor) }
    let all = bytes(descriptor)
    let headers = all.indices.filter { all[$0...].starts(with: [0x93] + Array("NUMPY".utf8)) }
    #expect(headers.count == 3)
    #expect(headers.allSatisfy { $0 % 64 == 0 && (Int(all[$0 + 8]) + Int(all[$0 + 9]) << 8 + 10) % 64 == 0 })
  }

  @Test func nothingBehindTheArchiveRemains() throws {
    let descriptor = try temporaryFile([UInt8](repeating: 1, count: 10_000))
    defer { close(descriptor) }
    lseek(descriptor, 0, SEEK_SET)
    let writer = try NumPyWriter(descriptor: descriptor, name: "out.npz", compress: false)
    try writer.finish()
    #expect(bytes(descriptor) == (try fixtureBytes("empty.npz")))
  }

  @Test func pipesAndAppendedFilesAreRefused() throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    defer { ends.forEach { close($0) } }
    let piped = try failure { try NumPyWriter(descriptor: ends[1], name: "stdout", compress: false) }
    #expect(piped.status == .cannotCreate && piped.places == ["stdout"])
    let descriptor = try temporaryFile([1, 2, 3])
    defer { close(descriptor) }
    lseek(descriptor, 0, SEEK_END)
    #expect(throws: Failure.self) { try NumPyWriter(descriptor: descriptor, name: "out", compress: false) }
  }

  @Test func aFullDiskIsAFailure() throws {
    let full = open("/dev/full", O_WRONLY)
    defer { close(full) }
    #expect(throws: Failure.self) { try NumPyWriter(descriptor: full, name: "out", compress: false) }
    // A descriptor that cannot be written fails as a full disk does: at the first write.
    let readOnly = open(fixture("empty.npz"), O_RDONLY)
    defer { close(readOnly) }
    let writer = try NumPyWriter(descriptor: readOnly, name: "out", compress: false)
    #expect(try failure { try writer.finish() }.status == .inputOutput)
  }

  @Test func aSpoolFileGivesBackWhatItTook() throws {
    let spool = try SpoolFile()
    var expected: [UInt8] = []
    for count in [0, 1, 1000, 300_000, 7, 262_144, 5] {
      let piece = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ count) }
      try piece.withUnsafeBytes { try spool.append($0) }
      expected += piece
    }
    #expect(spool.count == expected.count)
    var found: [UInt8] = []
    try spool.forEachPiece { found += $0 }
    #expect(found == expected)
    #expect(try spool.map().elementsEqual(expected))
    try [UInt8(9)].withUnsafeBytes { try spool.append($0) }
    #expect(try spool.map().elementsEqual(expected + [9]))
  }
}
