import Failures
import JSON
import Streams
import TestSupport
import Testing
import Vectors

/// The golden streams of every format version, made by another program from the specification alone.
@Suite struct GoldenTests {
  static let good = [
    "chunks-v1.nvs", "windows-v1.nvs", "sequences-v1.nvs", "predictions-v1.nvs", "two-members-v1.nvs",
    "unknown-keys-v1.nvs",
    "empty-v1.nvs", "named-v1.nvs",
  ]

  /// Each faulty stream, and what the reader must say of it.
  static let bad = [
    ("number-as-name.nvs", "expected a name"), ("newer-major.nvs", "format version 2"),
    ("unknown-feature.nvs", "time-travel"), ("nan.nvs", "NaN"),
    ("wrong-digest.nvs", "another digest"), ("wrong-totals.nvs", "rows"), ("gap.nvs", "expected record"),
    ("nonzero-padding.nvs", "padding"), ("huge-body.nvs", "states a body"), ("dim-differs.nvs", "dim 4 and dim 3"),
    ("interleaved.nvs", "another stream"), ("order-lies.nvs", "comes after"), ("step-in-chunks.nvs", "step"),
    ("index-out-of-range.nvs", "names row 5"),
    ("repeated-differ.nvs", "differs from it"),
  ]

  static func expected() throws -> JSON {
    try JSON(parsing: Folder.text(of: Tools.root + "/Tests/Reference/streams/expected.json"))
  }

  @Test func everyGoldenStreamIsTested() throws {
    let expected = try Self.expected()
    #expect(Set(expected["good"]?.object?.keys.map { $0 } ?? []) == Set(Self.good))
    #expect(Set(expected["bad"]?.object?.keys.map { $0 } ?? []) == Set(Self.bad.map(\.0)))
    #expect(Set(expected["abort"]?.object?.keys.map { $0 } ?? []) == ["abort-v1.nvs", "abort-alone-v1.nvs"])
  }

  @Test(arguments: good, Transport.allCases) func goodStream(_ name: String, _ transport: Transport) throws {
    let stated = try #require(try Self.expected()["good"]?[name])
    let found = try contents(Tools.golden(name), through: transport)
    #expect(found.header.kind.rawValue == stated["kind"]?.string)
    #expect(found.header.dim == stated["dim"]?.int)
    for (figure, value) in found.totals.json { #expect(stated[figure] == value, "\(figure)") }
    #expect(found.frames.count == found.totals.frames)
    #expect(found.keys.count == found.totals.rows)
    #expect(found.frames.reduce(0) { $0 + $1.windows } == found.totals.windows)
    #expect(found.isOrdered)
  }

  @Test(arguments: bad, Transport.allCases) func badStream(_ entry: (String, String), _ transport: Transport) throws {
    let failure = try #require(refusal(of: try Tools.golden("bad/" + entry.0), through: transport))
    #expect(failure.status == .badData)
    #expect(failure.origin == nil)
    #expect(failure.description.contains(entry.1), "\(failure)")
    #expect(failure.places.first == "stream")
    #expect(!failure.description.contains("\n"))
  }

  @Test(arguments: ["abort-v1.nvs", "abort-alone-v1.nvs"], Transport.allCases)
  func abortedStream(_ name: String, _ transport: Transport) throws {
    let failure = try #require(refusal(of: try Tools.golden(name), through: transport))
    #expect(failure.status == .badData)
    #expect(
      failure.origin == FailureOrigin(tool: "npz-read", status: 65, reason: "wiki.npz: vectors.npy: CRC mismatch"))
  }

  @Test func whatTheFramesHold() throws {
    let found = try contents(Tools.golden("sequences-v1.nvs"))
    #expect(found.frames.map(\.repeated) == [0, 3])
    #expect(found.frames.map(\.indices) == [[0, 1, 2, 3, 1, 2, 3, 4], [0, 1, 2, 3, 1, 2, 3, 4, 2, 3, 4, 5]])
    #expect(found.frames.map(\.weights) == [[0.5, 2], nil])
    #expect(found.keys.map(\.chunk) == Array(0..<8))
    #expect(found.header.roles?.list.map(\.count) == [3, 1])
    let chunks = try contents(Tools.golden("chunks-v1.nvs"))
    #expect(
      chunks.keys.map(\.article) == [
        1, 1, 1, 4_294_967_299, 4_294_967_299, 9_223_372_036_854_775_813, 9_223_372_036_854_775_813,
      ])
    let steps = try contents(Tools.golden("predictions-v1.nvs")).keys.map(\.step)
    #expect(steps == [1, 2, 1, 2, 1, 2])
  }

  @Test func membersAreJoined() throws {
    let found = try contents(Tools.golden("two-members-v1.nvs"))
    #expect(found.members == 2)
    #expect(found.counts == ["shard:short_articles": 7, "shard:empty": 1])
    #expect(found.writers == ["00000000000000a1", "00000000000000a2"])
    #expect(found.provenance.entries.count == 2)
  }

  @Test func unknownKeysAreKept() throws {
    let header = try contents(Tools.golden("unknown-keys-v1.nvs")).header
    #expect(header.metadata["wiki:language"] == "Ελληνικά")
    #expect(header.metadata["wiki:date"] == [2024, 5, nil])
    #expect(header.unknown["colour"] == "blue")
    #expect(header.unknown["nested"] == ["a": ["b": [1, 2.5, true, "é\"\\\n"]]])
    let again = try contents(streamBytes(header, [])).header
    #expect(again == header)
  }
}

/// What the reader says of a stream that it must refuse; nil where it reads it.
func refusal(of bytes: [UInt8], through transport: Transport = .file) -> Failure? {
  do {
    _ = try contents(bytes, through: transport)
    return nil
  } catch {
    return error as? Failure ?? Failure(.internalFault, "unexpected error: \(error)")
  }
}
