import JSON
import TestSupport
import Testing

/// Inputs that cannot be opened or read.
@Suite struct InputTests {
  /// The command line with which each tool that reads streams reads the file FILE.
  static let readers = [
    "article-select --only 1-9 FILE", "direction-diagnose FILE", "narrative-delta FILE", "seq-build FILE",
    "seq-shuffle FILE",
    "stream-cat FILE",
    "stream-check FILE", "stream-diff FILE FILE", "stream-head -n 1000 FILE", "stream-info FILE",
    "stream-split --shard 0/2 FILE",
    "text-write FILE",
  ]

  /// The bytes of a file, the exit status, and words that must be said.
  static let faults: [(String, [UInt8]?, Int32, String)] = [
    ("missing", nil, 66, "No such file"), ("empty", [], 65, "empty"), ("text", Array("hello\n".utf8), 65, "text"),
    ("npz", [0x50, 0x4B, 3, 4] + [UInt8](repeating: 0, count: 99), 65, "npz"),
    ("cut", Array(Samples.windows.dropLast(70)), 65, "truncated"),
    ("cutHeader", Array(Samples.windows.prefix(100)), 65, "truncated"),
    ("flipped", flipped(Samples.windows), 65, "CRC mismatch"),
  ]

  private static func flipped(_ stream: [UInt8]) -> [UInt8] {
    var stream = stream
    if stream.count > 1200 { stream[1200] ^= 4 }
    return stream
  }

  @Test(arguments: readers, faults.indices) func aBadFileIsNamed(_ command: String, _ index: Int) throws {
    let (name, bytes, status, word) = Self.faults[index]
    let folder = try Folder()
    if let bytes { try folder.write(bytes, to: name) }
    let words = command.replacing("FILE", with: name).split(separator: " ").map(String.init)
    // seq-build rejects windows by their header, before it reaches a later fault.
    let found = try run(words[0], Array(words.dropFirst()), in: folder)
    #expect(found.status == status)
    let errors = found.errorLines.filter { $0.contains(": error: ") }
    #expect(errors.count == 1)
    #expect(errors.first?.hasPrefix("\(words[0]): error: \(name): ") == true, "\(found.errors)")
    if words[0] != "seq-build" || status != 65 || index < 4 || name == "cutHeader" {
      #expect(found.errors.contains(word), "\(found.errors)")
    }
    #expect(found.errorLines.allSatisfy { $0.hasPrefix("\(words[0]): error: ") || $0.hasPrefix("\(words[0]): hint: ") })
  }

  @Test(arguments: readers) func aDirectoryIsNoFile(_ command: String) throws {
    let words = command.replacing("FILE", with: "/tmp").split(separator: " ").map(String.init)
    let found = try run(words[0], Array(words.dropFirst()))
    #expect(found.status == 66)
    #expect(found.errorLines.first?.hasPrefix("\(words[0]): error: /tmp: ") == true)
  }

  @Test(arguments: readers) func standardInputIsNamedToo(_ command: String) throws {
    let words = command.replacing("FILE FILE", with: "- /dev/null").replacing("FILE", with: "").split(separator: " ")
      .map(String.init)
    let found = try run(words[0], Array(words.dropFirst()))
    #expect(found.status == 65)
    #expect(found.errors.hasPrefix("\(words[0]): error: stdin: is empty"))
    let closed = try shell("\(words.joined(separator: " ")) <&-")
    #expect(closed.status == 74)
    #expect(closed.errors.contains("stdin"), "\(closed.errors)")
  }

  @Test func filesOfADeadEndAreNamed() throws {
    let folder = try Folder()
    for (name, bytes, status, word) in [
      ("missing.npz", nil, Int32(66), "No such file"), ("empty.npz", [], 65, ""),
      ("text.npz", Array("hello".utf8), 65, ""),
      ("cut.npy", Array(Samples.npy.dropLast(4)), 65, ""), ("cut2.npy", Array(Samples.npy.prefix(40)), 65, ""),
    ] as [(String, [UInt8]?, Int32, String)] {
      if let bytes { try folder.write(bytes, to: name) }
      for arguments in [["--one-article", name], ["--list", name]] {
        let found = try run("npz-read", arguments, in: folder)
        // Listing needs the headers alone.
        if arguments[0] == "--list", name == "cut.npy" { continue }
        #expect(found.status == status, "\(name)")
        #expect(found.errors.hasPrefix("npz-read: error: \(name): "), "\(found.errors)")
        #expect(found.errors.contains(word))
      }
    }
    #expect(try run("npz-write", ["out.npz"], in: folder).status == 65)
    #expect(!folder.names.contains("out.npz"))
    #expect(try run("text-read", ["missing"], in: folder).status == 66)
  }

  @Test func aRowThatIsNotFiniteIsNamed() throws {
    var entries = (0..<30).map { Float($0) }
    entries[3 * 7 + 1] = .nan
    let bad = Samples.numPy(rows: 10, columns: 3, entries)
    let found = try run("npz-read", ["--one-article"], input: bad)
    #expect(found.status == 65)
    for word in ["row 7", "article 0, chunk 7", "column 1", "nan"] {
      #expect(found.errors.contains(word), "\(found.errors)")
    }
    #expect(found.errors.contains("hint: --drop-nonfinite"))
    let dropped = try run("npz-read", ["--one-article", "--drop-nonfinite"], input: bad)
    #expect(dropped.status == 0)
    #expect(dropped.errorLines.count == 1)
    let info = try Samples.info(dropped.output)
    #expect(info["rows"] == 9)
    #expect(info["counts"]?["npz-read:nonfinite_rows"] == 1)
    #expect(try run("npz-read", ["--one-article", "--drop-nonfinite", "--quiet"], input: bad).errors == "")
    // A NaN that reached the stream itself.
    let inStream = try run("stream-check", [Tools.root + "/Tests/Reference/streams/bad/nan.nvs"])
    #expect(inStream.status == 65)
    #expect(inStream.errors.contains("frame 1: row 1 (article 1, chunk 1)"), "\(inStream.errors)")
  }
}
