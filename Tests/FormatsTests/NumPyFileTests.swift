import Failures
import Formats
import Glibc
import Testing

@Suite struct NumPyFileTests {
  @Test(arguments: ["stored.npz", "deflated.npz", "descriptors.npz"])
  func readsWhatSavezWrites(_ name: String) throws {
    let file = try NumPyFile(path: fixture(name))
    #expect(file.arrays.map(\.name) == ["vectors", "article_indices", "titles"])
    #expect(file.arrays[0].shape == [7, 5] && file.arrays[0].type == .float32)
    #expect(file.arrays[0].byteCount == 140)
    #expect(file.arrays[0].compression == (name == "deflated.npz" ? .deflated : .stored))
    let rows = try file.floatRows("vectors")
    #expect(rows.rows == 7 && rows.dim == 5 && rows.outer == [7])
    let all = try rows.all(limit: 3)
    #expect(all.vectors == (0..<35).map { Float($0) / 4 })
    #expect(all.checksums == (0..<7).map { plainChecksum(all.vectors[$0 * 5..<$0 * 5 + 5]) })
    #expect(all.nonFinite.isEmpty)
    #expect(try file.integers("article_indices") == [0, 0, 0, 1, 1, 2, 2])
    #expect(try file.strings("titles") == ["Zürich", "a", "日本"])
    #expect(try file.strings("vectors") == nil)
  }

  @Test func digestIsThatOfTheContentsNotOfThePacking() throws {
    let stored = try NumPyFile(path: fixture("stored.npz")).digest
    #expect(try NumPyFile(path: fixture("deflated.npz")).digest == stored)
    #expect(try NumPyFile(path: fixture("descriptors.npz")).digest == stored)
    #expect(try NumPyFile(path: fixture("small.npz")).digest != stored)
    let bytes = try fixtureBytes("header_one.npy")
    #expect(try opened(bytes).digest == bytes.withUnsafeBytes { plainChecksum($0) })
  }

  @Test func passesOverMembersThatAreNoArraysAndReadsPastAComment() throws {
    let file = try NumPyFile(path: fixture("comment.npz"))
    #expect(file.arrays.map(\.name) == ["vectors"])
    #expect(try file.floatRows("vectors").all().vectors.count == 35)
  }

  @Test func anEmptyArchiveHasNoArrays() throws {
    let file = try NumPyFile(path: fixture("empty.npz"))
    #expect(file.arrays.isEmpty)
    #expect(try failure { try file.floatRows("vectors") }.problem == "no array 'vectors': the file has none at all")
  }

  @Test func aMissingArrayNamesTheNearest() throws {
    let file = try NumPyFile(path: fixture("stored.npz"))
    let missing = try failure { try file.floatRows("vector") }
    #expect(missing.status == .badData)
    #expect(missing.problem == "no array 'vector': the file has vectors, article_indices, titles")
    #expect(missing.hint == "did you mean 'vectors'?")
    #expect(missing.places == [fixture("stored.npz")])
    #expect(try failure { try file.floatRows("xyzzy") }.hint == nil)
  }

  @Test(arguments: ["one", "two", "three", "python2", "order"])
  func readsEveryVersionOfTheHeader(_ name: String) throws {
    let file = try NumPyFile(path: fixture("header_\(name).npy"))
    #expect(file.arrays.map(\.name) == [""])
    #expect(file.arrays[0].checksum == nil)
    #expect(try file.floatRows("").all().vectors == [0, 1, 2, 3, 4, 5])
  }

  @Test func readsAPipeBitByBit() throws {
    let bytes = try fixtureBytes("deflated.npz")
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    // Less than a pipe holds, so that one thread can fill and then empty it.
    for start in stride(from: 0, to: bytes.count, by: 7) {
      let piece = Array(bytes[start..<min(start + 7, bytes.count)])
      try #require(write(ends[1], piece, piece.count) == piece.count)
    }
    close(ends[1])
    defer { close(ends[0]) }
    let file = try NumPyFile(descriptor: ends[0], name: "stdin")
    #expect(file.size == bytes.count)
    #expect(try file.floatRows("vectors").all().vectors == (0..<35).map { Float($0) / 4 })
  }

  @Test func readsARegularFileFromItsOffset() throws {
    let descriptor = try temporaryFile([1, 2, 3] + fixtureBytes("stored.npz"))
    defer { close(descriptor) }
    lseek(descriptor, 3, SEEK_SET)
    let file = try NumPyFile(descriptor: descriptor, name: "stdin")
    #expect(try file.floatRows("vectors").all().vectors == (0..<35).map { Float($0) / 4 })
  }

  @Test(
    arguments: [
      ([], "no bytes at all"), ([0x1F, 0x8B, 8, 0], "gzip data"), ([0x93, 0x4E, 0x56, 0x53, 0x0D], "a vector stream"),
      (Array("a,b\n1,2\n".utf8), "text"), ([0x89, 0x48, 0x44, 0x46], "an HDF5 file"),
      ([0x80, 4, 0x95, 0], "a Python pickle"), ([0, 1, 2], "unknown bytes (00 01 02)"),
    ] as [([UInt8], String)])
  func namesOtherInputs(_ bytes: [UInt8], _ found: String) throws {
    let thrown = try failure { try opened(bytes) }
    #expect(thrown.status == .badData)
    #expect(thrown.problem == "expected an .npz or .npy file, found \(found)")
  }

  @Test func saysWhatCannotBeOpened() throws {
    let missing = try failure { try NumPyFile(path: "/nowhere/at/all.npz") }
    #expect(missing.status == .cannotOpen && missing.places == ["/nowhere/at/all.npz"])
    let folder = try failure { try NumPyFile(path: "/tmp") }
    #expect(folder.status == .cannotOpen && folder.problem == "expected a file, found a folder")
  }

  @Test func namesTheCompressionItDoesNotRead() throws {
    let file = try NumPyFile(path: fixture("bzip2.npz"))
    #expect(file.arrays.isEmpty && file.unreadable.map(\.name) == ["vectors.npy"])
    let thrown = try failure { try file.floatRows("vectors") }
    #expect(thrown.problem.contains("method 12"))
  }
}
