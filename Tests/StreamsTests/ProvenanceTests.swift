import JSON
import Streams
import TestSupport
import Testing

/// How a stream came to be.
@Suite struct ProvenanceTests {
  private static func stage(_ tool: String, _ arguments: [String] = [], parents: [String] = [], seed: UInt64? = nil)
    -> Provenance.Stage
  {
    Provenance.Stage(tool: tool, version: "1", arguments: arguments, seed: seed, parents: parents)
  }

  private static func provenance(_ stages: Provenance.Stage...) -> Provenance {
    var provenance = Provenance()
    for stage in stages { provenance.append(stage) }
    return provenance
  }

  @Test func idsFollowFromWhatAStageIs() throws {
    let id = try #require(Self.provenance(Self.stage("a", ["x"])).last)
    #expect(id.count == 16)
    #expect(Self.provenance(Self.stage("a", ["x"])).last == id)
    var others: Set<String> = [id]
    for stage in [
      Self.stage("b", ["x"]), Self.stage("a", ["y"]), Self.stage("a", ["x"], seed: 17),
      Self.stage("a", ["x"], parents: ["p"]),
      Provenance.Stage(tool: "a", version: "1", arguments: ["x"], files: [.init(name: "f", size: 1, crc32: 2)]),
    ] {
      others.insert(try #require(Self.provenance(stage).last))
    }
    #expect(others.count == 6)
  }

  @Test func theSameStageOfTwoShardsStandsOnce() throws {
    var one = Self.provenance(Self.stage("npz-read", ["a"]), Self.stage("seq-build"))
    let two = Self.provenance(Self.stage("npz-read", ["a"]), Self.stage("seq-gate"))
    one.merge(two)
    one.merge(two)
    #expect(one.entries.compactMap { $0["tool"]?.string } == ["npz-read", "seq-build", "seq-gate"])
    #expect(Provenance(one.json) == one)
  }

  @Test func aMergedListOfTheEndReplacesTheHeaders() throws {
    let before = Self.provenance(Self.stage("one"))
    var after = before
    after.append(Self.stage("two"))
    let header = StreamHeader(kind: .chunks, dim: 1, ordered: true, provenance: before)
    #expect(try contents(streamBytes(header, [], provenance: after)).provenance == after)
    #expect(try contents(streamBytes(header, [])).provenance == before)
  }

  @Test func seedsKeepTheir64Bits() throws {
    let provenance = Self.provenance(Self.stage("a", seed: .max), Self.stage("b", seed: 17))
    let header = StreamHeader(kind: .chunks, dim: 1, ordered: true, provenance: provenance)
    let found = try contents(streamBytes(header, [])).provenance
    #expect(found == provenance)
    #expect(found.entries[0]["seed"] == .unsigned(.max))
  }

  static let lists: [(JSON, Bool)] = [
    ([["id": "a"], ["id": "b", "parents": ["a"]]], true), ([], true), ([["id": "b", "parents": ["a"]]], false),
    ([["id": "a", "parents": ["a"]]], false), ([["id": "a"], ["id": "a"]], false), ([["tool": "x"]], false),
    ("x", false),
    ([["id": "a"], ["id": "b", "parents": [1]]], false),
  ]

  @Test(arguments: lists) func parentsStandBeforeTheirChildren(_ json: JSON, _ isGood: Bool) {
    #expect((Provenance(json) != nil) == isGood)
  }

  @Test func commandsRebuildTheStream() throws {
    let reads = [
      Self.provenance(Self.stage("npz-read", ["a b.npz"])), Self.provenance(Self.stage("npz-read", ["it's.npz"])),
    ]
    var all = reads[0]
    all.merge(reads[1])
    let parents = try reads.map { try #require($0.last) }
    all.append(Self.stage("seq-build", ["--ctx", "5"], parents: parents))
    let last = try #require(all.last)
    #expect(
      all.commands(from: [last]) == #"{ npz-read 'a b.npz'; npz-read 'it'\''s.npz'; } | seq-build --ctx 5"#)
    #expect(all.commands(from: [parents[0]]) == "npz-read 'a b.npz'")
    #expect(Provenance().commands(from: []) == ":")
  }
}
