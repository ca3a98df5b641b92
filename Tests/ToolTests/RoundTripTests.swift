import JSON
import Streams
import TestSupport
import Testing
import Vectors

/// The same command gives the same bytes, and what is written can be read again.
@Suite struct RoundTripTests {
  @Test(arguments: [
    "vec-synth --articles 3 --dim 5", "vec-synth --process copy --articles 3 --dim 5 --seed 4",
    "stream-cat windows.nvs",
    "seq-build --ctx 2 --negatives 3 chunks.nvs", "seq-build --ctx 2 --negatives 3 --seed 5 chunks.nvs",
    "article-select --split a=0.5,b=0.5 --take b chunks.nvs", "stream-head -n 4 windows.nvs",
    "stream-split --shard 1/2 windows.nvs",
    "direction-diagnose --no-gate windows.nvs", "narrative-delta windows.nvs", "stream-info windows.nvs",
    "text-write windows.nvs",
    "npz-read --one-article m.npy", "npz-write x.npz < windows.nvs && cat x.npz",
    "npz-write x.npz --compress < chunks.nvs && cat x.npz",
    "stream-diff chunks.nvs chunks.nvs",
  ])
  func theSameCommandGivesTheSameBytes(_ command: String) throws {
    let folder = try Folder()
    try folder.write(Samples.chunks, to: "chunks.nvs")
    try folder.write(Samples.windows, to: "windows.nvs")
    try folder.write(Samples.npy, to: "m.npy")
    let one = try shell(command, in: folder)
    #expect(one.status <= 1)
    #expect(!one.output.isEmpty)
    #expect(try shell(command, in: folder).output == one.output)
  }

  @Test func theSeedDecides() throws {
    for command in ["vec-synth --articles 2 --dim 3", "seq-build --ctx 2 --negatives 2"] {
      let digests = try ["", "--seed 17", "--seed 18"].map { seed in
        let info = try shell("\(command) \(seed) | stream-info", input: Samples.chunks).json
        return [info?["row_digest"], info?["window_digest"]]
      }
      #expect(digests[0] == digests[1])
      #expect(digests[0] != digests[2])
    }
  }

  @Test(arguments: [
    "chunks-v1.nvs", "windows-v1.nvs", "sequences-v1.nvs", "predictions-v1.nvs", "two-members-v1.nvs",
    "unknown-keys-v1.nvs",
    "empty-v1.nvs",
  ])
  func textIsExact(_ name: String) throws {
    let stream = try Tools.golden(name)
    let before = try contents(stream)
    let after = try contents(shell("text-write | text-read", input: stream).output)
    #expect(after.frames == before.frames)
    #expect(after.totals == before.totals)
    #expect(after.counts == before.counts)
    #expect(after.header.metadata == before.header.metadata)
    #expect(after.header.unknown == before.header.unknown)
  }

  @Test func bitsOfOddNumbersPassThroughText() throws {
    var frame = Frame(dim: 8)
    frame.append(
      Key(article: .max, chunk: .max),
      [-0.0, .leastNonzeroMagnitude, .leastNormalMagnitude, .greatestFiniteMagnitude, 0.1, 1.0 / 3, -16_777_215, 1e-20])
    let found = try shell("text-write | text-read", input: chunkStream([frame]))
    #expect(try contents(found.output).frames.first?.vectors.map(\.bitPattern) == frame.vectors.map(\.bitPattern))
    #expect(try contents(found.output).keys == frame.keys)
  }

  @Test(arguments: ["", "--compress"]) func numPyFilesComeBack(_ flag: String) throws {
    let folder = try Folder()
    try folder.write(Samples.chunks, to: "chunks.nvs")
    try folder.write(Samples.windows, to: "windows.nvs")
    for stream in ["chunks", "windows"] {
      let found = try shell("npz-write \(flag) x.npz < \(stream).nvs && npz-read x.npz", in: folder)
      #expect(found.status == 0, "\(found.errors)")
      let before = try Samples.info(stream == "chunks" ? Samples.chunks : Samples.windows)
      let after = try Samples.info(found.output)
      for field in ["kind", "dim", "roles", "offset", "windows", "window_digest"] {
        #expect(after[field] == before[field], "\(field)")
      }
      // Rows that no window names are not in a file of windows.
      if stream == "chunks" { #expect(after["row_digest"] == before["row_digest"]) }
    }
    let list = try shell("npz-read --list x.npz", in: folder).json
    #expect(list?["arrays"]?.array?.compactMap { $0["name"]?.string }.contains("contexts") == true)
  }

  @Test func diffFindsTheLargestDifference() throws {
    let folder = try Folder()
    var rows = Samples.rows
    rows.vectors[5 * rows.dim + 3] += 0.5
    try folder.write(Samples.chunks, to: "a.nvs")
    try folder.write(chunkStream([rows]), to: "b.nvs")
    try folder.write(chunkStream([Samples.rows]), to: "same.nvs")
    let same = try shell("stream-diff a.nvs same.nvs", in: folder)
    #expect(same.status == 0)
    #expect(same.json?["equal"] == true)
    let found = try shell("stream-diff a.nvs b.nvs", in: folder)
    #expect(found.status == 1)
    #expect(found.json?["differing"] == 1)
    #expect(abs((found.json?["largest_difference"]?.double ?? 0) - 0.5) < 1e-6)
    #expect(found.json?["at"] == ["article": 1, "chunk": 5, "step": 0, "column": 3])
    #expect(try shell("stream-diff a.nvs b.nvs --tolerance 0.6", in: folder).status == 0)
    let part = try shell("stream-head -n 20 a.nvs | stream-diff - a.nvs", in: folder)
    #expect(part.status == 1)
    #expect(part.json?["only_b"]?.int == Samples.rows.rows - 20)
    let windows = try shell(
      "seq-build --ctx 2 a.nvs -o w2; seq-build --ctx 2 --stride 2 a.nvs | stream-diff - w2", in: folder)
    #expect(windows.status == 1)
    #expect(windows.json?["windows_equal"] == false)
  }

  @Test func partsAreDisjointAndComplete() throws {
    let folder = try Folder()
    let script = """
      vec-synth --articles 60 --chunks 2 --dim 2 -o all.nvs
      for p in train val ood; do article-select --split train=0.6,val=0.2,ood=0.2 --take $p all.nvs -o $p.nvs; done
      stream-cat train.nvs val.nvs ood.nvs | stream-diff - all.nvs
      """
    let found = try shell(script, in: folder)
    #expect(found.status == 0, "\(found.text)")
    #expect(found.json?["matched"] == 120)
  }

  @Test func selectionByRanges() throws {
    func articles(_ arguments: String) throws -> [UInt64] {
      var seen: [UInt64] = []
      for key in try contents(shell("article-select \(arguments)", input: Samples.windows).output).keys
      where seen.last != key.article {
        seen.append(key.article)
      }
      return seen
    }
    #expect(try articles("--only 1-2,8") == [1, 2, 8])
    #expect(try articles("--exclude 1-2,8") == [5, 6, 1 << 40])
    #expect(try articles("--only 1-6 --exclude 2") == [1, 5, 6])
    #expect(try articles("--only 1099511627776") == [1 << 40])
  }

  @Test(arguments: [0, 1, 5, 6, 7, 8, 30, 1000]) func headPassesTheFirst(_ count: Int) throws {
    let all = try contents(Samples.windows)
    let found = try contents(run("stream-head", ["-n", "\(count)"], input: Samples.windows).output)
    func windows(_ frames: [Frame]) -> [[Key]] {
      frames.flatMap { frame in (0..<frame.windows).map { frame.window($0).map { frame.keys[$0] } } }
    }
    #expect(windows(found.frames) == Array(windows(all.frames).prefix(count)))
    let rows = try contents(run("stream-head", ["-n", "\(count)"], input: Samples.chunks).output)
    #expect(rows.keys == Array(Samples.rows.keys.prefix(count)))
  }

  @Test func provenanceRebuildsTheStream() throws {
    let folder = try Folder()
    let script = """
      vec-synth --articles 9 --chunks 6 --dim 3 | article-select --only 0-5 | seq-build --ctx 2 --quiet -o one.nvs
      stream-info --provenance one.nvs > commands
      sh ./commands | cmp - one.nvs && cat commands
      """
    let found = try shell(script, in: folder)
    #expect(found.status == 0, "\(found.errors)")
    #expect(found.text == "vec-synth --articles 9 --chunks 6 --dim 3 | article-select --only 0-5 | seq-build --ctx 2\n")
  }
}
