import Failures
import JSON
import Streams
import TestSupport
import Testing
import Vectors

/// Streams whose checksums are right and whose statements are not.
@Suite struct FaultTests {
  static let stage: JSON = ["id": "b", "tool": "t", "parents": ["a"]]

  static let headers: [([String: JSON], String)] = [
    (["kind": "chunk"], "kind"), (["kind": nil], "kind"), (["dim": 0], "dim"), (["dim": 2.5], "dim"),
    (["dim": 16_777_201], "dim"), (["dim": true], "dim"), (["ordered": 1], "ordered"), (["ordered": nil], "ordered"),
    (["provenance": nil], "provenance"), (["provenance": [stage]], "provenance"),
    (["provenance": [["id": "a"], ["id": "a"]]], "provenance"), (["requires": ["snappy"]], "snappy"),
    (["kind": "sequences"], "roles"),
  ]

  @Test(arguments: headers) func headerThatSaysNonsense(_ changes: [String: JSON], _ word: String) throws {
    var records = Record.split(try Tools.golden("chunks-v1.nvs"))
    records[0] = records[0].with(changes)
    let failure = try #require(refusal(of: records.stream))
    #expect(failure.status == .badData)
    #expect(failure.places == ["stream"])
    #expect(failure.problem.contains("the header"), "\(failure)")
    #expect(failure.problem.contains(word), "\(failure)")
  }

  static let roles: [JSON] = [
    [], [["name": "context", "count": 4]], [["name": "target", "count": 1], ["name": "context", "count": 3]],
    [["name": "context", "count": 2], ["name": "target", "count": 2]],
    [["name": "context", "count": 3], ["name": "target", "count": 1], ["name": "future", "count": 0]],
    [["name": "context", "count": 2], ["name": "target", "count": 1], ["name": "other", "count": 1]],
    [
      ["name": "context", "count": 1], ["name": "target", "count": 1], ["name": "future", "count": 1],
      ["name": "future", "count": 1],
    ],
    [["name": "context", "count": 1_073_741_824], ["name": "target", "count": 1]],
  ]

  @Test(arguments: roles) func rolesThatMakeNoWindow(_ roles: JSON) throws {
    var records = Record.split(try Tools.golden("sequences-v1.nvs"))
    records[0] = records[0].with(["roles": roles])
    #expect(refusal(of: records.stream)?.description.contains("roles") == true)
  }

  @Test(arguments: ["0", nil, 0, -1, 1.5] as [JSON]) func offsetThatIsNone(_ offset: JSON) throws {
    var records = Record.split(try Tools.golden("sequences-v1.nvs"))
    records[0] = records[0].with(["offset": offset])
    #expect(refusal(of: records.stream)?.description.contains("offset") == true)
  }

  @Test(arguments: ["[]", "", "{", #"{"kind":}"#, "null", "{\"a\": NaN}"]) func headerThatIsNoObject(_ text: String)
    throws
  {
    var records = Record.split(try Tools.golden("chunks-v1.nvs"))
    records[0].setText(text)
    #expect(refusal(of: records.stream)?.status == .badData)
  }

  static let ends: [[String: JSON]] = [
    ["frames": 3], ["rows": 6], ["windows": 1], ["rows": nil], ["window_digest": nil],
    ["window_digest": "0000000000000001"],
    ["row_digest": 0], ["row_digest": "687baf1acdf9632"],
  ]

  @Test(arguments: ends) func endThatStatesOtherTotals(_ changes: [String: JSON]) throws {
    var records = Record.split(try Tools.golden("chunks-v1.nvs"))
    records[3] = records[3].with(changes)
    let failure = try #require(refusal(of: records.stream))
    #expect(failure.status == .badData)
    #expect(failure.description.contains("the end record"), "\(failure)")
  }

  /// Of the second frame of sequences-v1: field of the head (rows, windows, repeated, flags, dim, slots), value,
  /// complaint.
  static let shapes: [(Int, UInt32, String)] = [
    (0, 0, "no rows"), (0, 9, "do not make a body"), (0, .max, "do not make a body"), (1, .max, "do not make a body"),
    (2, 7, "more rows than it has"), (2, 6, "repeats 6 rows"), (2, 2, "differs from it"), (3, 2, "flags"),
    (3, 3, "flags"),
    (4, 3, "dim 3"), (4, 0, "dim 0"), (5, 3, "3 slots"), (5, 0, "0 slots"),
  ]

  @Test(arguments: shapes) func frameThatContradictsItself(_ field: Int, _ value: UInt32, _ complaint: String) throws {
    var records = Record.split(try Tools.golden("sequences-v1.nvs"))
    records[2].setField(field, value)
    let failure = try #require(refusal(of: records.stream))
    #expect(failure.status == .badData)
    #expect(failure.description.contains(complaint), "\(failure)")
    #expect(failure.places == ["stream", "frame 2"])
  }

  @Test func firstFrameRepeatsNothing() throws {
    var records = Record.split(try Tools.golden("sequences-v1.nvs"))
    records[1].setField(2, 1)
    #expect(refusal(of: records.stream)?.description.contains("repeats 1 rows") == true)
  }

  @Test(arguments: [Float(-1), .nan, .infinity, -0.5]) func weightThatIsNone(_ weight: Float) throws {
    let frame = try contents(Tools.golden("sequences-v1.nvs")).frames[0]
    var records = Record.split(try Tools.golden("sequences-v1.nvs"))
    // Five rows of dim 4 end at 80, padded to 128; 16 bytes of keys a row, 32 of indices: then the weights.
    let index = 128 + 16 * frame.rows + 4 * frame.indices.count
    records[1].body.replaceSubrange(
      index..<index + 4, with: withUnsafeBytes(of: weight.bitPattern.littleEndian, Array.init))
    #expect(refusal(of: records.stream)?.description.contains("weight") == true)
  }

  @Test func predictionsAreCountedFromOne() throws {
    var records = Record.split(try Tools.golden("predictions-v1.nvs"))
    // Four rows of dim 4 end at 64; articles and chunks take 48 bytes.
    records[1].body[64 + 48] = 0
    #expect(refusal(of: records.stream)?.description.contains("expected a step of 1 or more") == true)
  }

  @Test func orderThatTheHeaderClaimsIsVerified() throws {
    let rows = Frame.random([(2, [0, 1]), (1, [0])], dim: 4)
    let header = StreamHeader(kind: .chunks, dim: 4, ordered: false)
    var records = Record.split(try streamBytes(header, [rows]))
    #expect(refusal(of: records.stream) == nil)
    records[0] = records[0].with(["ordered": true])
    let failure = try #require(refusal(of: records.stream))
    #expect(failure.description.contains("row 2: article 1, chunk 0 comes after article 2, chunk 1"), "\(failure)")
    // A key that stands twice is no order either.
    var twice = Record.split(try streamBytes(header, [rows.rows(0..<1), rows.rows(0..<1)]))
    #expect(refusal(of: twice.stream) == nil)
    twice[0] = twice[0].with(["ordered": true])
    #expect(refusal(of: twice.stream)?.description.contains("comes after") == true)
  }

  @Test func whatReadersIgnoreIsIgnored() throws {
    var records = Record.split(try Tools.golden("chunks-v1.nvs"))
    records[0].fields[2] = 7  // minor version
    records[0].fields[20] = 1  // reserved
    records[3].fields[0] = 1
    records[0] = records[0].with(["roles": "nonsense", "offset": "none", "requires": []])
    #expect(refusal(of: records.stream) == nil)
  }

  @Test func aStreamMayBeginInTheMiddleOfAFile() throws {
    for padding in [64, 100] {
      let folder = try Folder()
      try folder.write([UInt8](repeating: 1, count: padding) + Tools.golden("chunks-v1.nvs"), to: "file")
      let run = try shell("{ dd bs=\(padding) count=1 of=/dev/null; stream-check; } < file", in: folder)
      #expect(run.status == 0, "\(run.errors)")
    }
  }

  /// The beginnings of other formats, and what the message must offer.
  static let foreign: [(String, String)] = [
    ("PK\u{3}\u{4}", "npz-read"), ("{\"kind\"", "text-read"), ("hello world\n", "text"),
    ("NVSFRAME", "header is missing"),
  ]

  @Test(arguments: foreign) func anotherFormatIsNamed(_ beginning: String, _ word: String) throws {
    let failure = try #require(refusal(of: Array(beginning.utf8) + [UInt8](repeating: 32, count: 100)))
    #expect(failure.status == .badData)
    #expect((failure.description + " " + (failure.hint ?? "")).contains(word), "\(failure)")
  }

  @Test func gzipAndNumPyAreNamed() throws {
    #expect(refusal(of: [0x1F, 0x8B] + [UInt8](repeating: 0, count: 100))?.description.contains("gzip") == true)
    #expect(
      refusal(of: [0x93] + Array("NUMPY".utf8) + [UInt8](repeating: 0, count: 100))?.hint?.contains("npz-read") == true)
    let text = try Tools.golden("chunks-v1.nvs").filter { $0 != 13 }
    #expect(refusal(of: text)?.description.contains("line ends") == true)
    #expect(refusal(of: [UInt8](repeating: 0, count: 200))?.description.contains("unknown data") == true)
  }
}
