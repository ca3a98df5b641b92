import JSON
import TestSupport
import Testing
import Vectors

/// The tools that compare predictions with the chunks of `--articles`.
@Suite struct PredictionTests {
  static let tools = ["offset-sweep --offsets 0:1", "retrieval-rank --min-article 4", "rollout-eval"]

  /// Rollouts of three steps for every window of two chunks over the samples: copies of the last chunk.
  static let copies = predictions { key, _ in neighbour(key, -1) }
  /// The chunks themselves.
  static let oracle = predictions { key, step in neighbour(key, step - 1) }

  private static func neighbour(_ key: Key, _ distance: Int) -> [Float] {
    let rows = Samples.rows
    let wanted = Int(key.chunk) + distance
    let row = (0..<rows.rows).first { rows.keys[$0].article == key.article && Int(rows.keys[$0].chunk) == wanted }
    return row.map(rows.vector) ?? [Float](repeating: 1, count: rows.dim)
  }

  private static func predictions(_ predict: (Key, Int) -> [Float]) -> Frame {
    let rows = Samples.rows
    var frame = Frame(dim: rows.dim)
    for row in 2..<rows.rows where rows.keys[row - 2].isFollowed(by: rows.keys[row], after: 2) {
      let target = rows.keys[row]
      for step in 1...3 as ClosedRange<UInt32> {
        let key = Key(article: target.article, chunk: target.chunk + step - 1, step: step)
        frame.append(key, predict(target, Int(step)))
      }
    }
    return frame
  }

  static func folder() throws -> Folder {
    let folder = try Folder()
    try folder.write(Samples.chunks, to: "chunks.nvs")
    try folder.write(predictionStream([copies], horizon: 3), to: "copies.nvs")
    try folder.write(predictionStream([oracle]), to: "oracle.nvs")
    return folder
  }

  // MARK: - Known answers

  @Test func anOracleIsFoundAndACopyIsCaught() throws {
    let folder = try Self.folder()
    let sweep = try #require(shell("offset-sweep --articles chunks.nvs --offsets -1:1 oracle.nvs", in: folder).json)
    #expect((sweep["margin"]?.double ?? 0) > 0.1)
    #expect(abs((sweep["mean_cos"]?.double ?? 0) - 1) < 1e-6)
    let copied = try #require(shell("offset-sweep --articles chunks.nvs --offsets -1:1 copies.nvs", in: folder).json)
    #expect((copied["margin"]?.double ?? 0) < -0.1)
    #expect(abs((copied["offsets"]?["0"]?.double ?? 0) - 1) < 1e-6)
    for scope in ["article", "all"] {
      let ranks = try #require(
        shell("retrieval-rank --scope \(scope) --articles chunks.nvs oracle.nvs", in: folder).json)
      for field in ["r_at_1", "r_at_5", "mrr", "mean_rank"] { #expect(ranks[field]?.double == 1, "\(field)") }
      #expect(ranks["skipped"]?["short_article"] == 2)
      let others = try #require(
        shell("retrieval-rank --scope \(scope) --articles chunks.nvs copies.nvs", in: folder).json)
      #expect(others["r_at_1"] == 0)
    }
    let rollout = try #require(shell("rollout-eval --articles chunks.nvs oracle.nvs", in: folder).json)
    #expect(abs((rollout["mean_cos"]?.double ?? 0) - 1) < 1e-6)
    #expect(rollout["horizon"] == 3)
  }

  @Test func minimaDecideTheExitStatus() throws {
    let folder = try Self.folder()
    for (command, status) in [
      ("offset-sweep --offsets 0:1 --min-margin 0.1 oracle.nvs", 0),
      ("offset-sweep --offsets 0:1 --min-margin 0.1 copies.nvs", 1),
      ("offset-sweep --offsets 0:1 --min-margin -2 copies.nvs", 0),
      ("retrieval-rank --min-r1 1 --min-r5 1 oracle.nvs", 0), ("retrieval-rank --min-r1 0.9 copies.nvs", 1),
      ("retrieval-rank --min-r1 0 --min-r5 1 copies.nvs", 1),
      ("rollout-eval --min-cos 0.99 oracle.nvs", 0), ("rollout-eval --min-cos 0.99 copies.nvs", 1),
    ] {
      let found = try shell("\(command) --articles chunks.nvs", in: folder)
      #expect(Int(found.status) == status, "\(command)")
      #expect(found.json?["pass"]?.bool == (status == 0), "\(command)")
      #expect(found.json?["minimum"] != nil)
    }
    #expect(try shell("rollout-eval --articles chunks.nvs copies.nvs", in: folder).json?["pass"] == nil)
  }

  // MARK: - Where the chunks come from

  @Test(arguments: tools) func chunksMayStandInAnyForm(_ tool: String) throws {
    let folder = try Self.folder()
    let rows = Samples.rows
    var backwards = Frame(dim: rows.dim)
    for row in (0..<rows.rows).reversed() { backwards.append(rows.keys[row], rows.vector(row)) }
    try folder.write(chunkStream(backwards.cut(before: [5, 6, 40]), ordered: false), to: "backwards.nvs")
    let expected = try shell("\(tool) --articles chunks.nvs copies.nvs", in: folder)
    #expect(expected.status == 0)
    for script in [
      "npz-write a.npz < chunks.nvs && \(tool) --articles a.npz < copies.nvs",
      "npz-write --compress a.npz < backwards.nvs && \(tool) --articles a.npz < copies.nvs",
      "\(tool) --articles backwards.nvs < copies.nvs", "\(tool) --articles - copies.nvs < chunks.nvs",
      "cat backwards.nvs | \(tool) --articles - copies.nvs",
      "mkfifo pipe; cat chunks.nvs > pipe & \(tool) --articles pipe < copies.nvs",
      "article-select --only 1-5 < chunks.nvs > 1; article-select --exclude 1-5 < chunks.nvs > 2; cat 2 1 > b; "
        + "\(tool) --articles b < copies.nvs",
    ] {
      let found = try shell(script, in: folder)
      #expect(found.status == 0, "\(script): \(found.errors)")
      #expect(found.output == expected.output, "\(script)")
    }
  }

  @Test(arguments: tools) func predictionsMayComeInAnyOrder(_ tool: String) throws {
    let folder = try Self.folder()
    var other = Frame(dim: Self.copies.dim)
    for start in stride(from: 0, to: Self.copies.rows, by: 3).reversed() {
      for row in start..<start + 3 { other.append(Self.copies.keys[row], Self.copies.vector(row)) }
    }
    try folder.write(predictionStream(other.cut(before: [1, 7, 30]), horizon: 3), to: "other.nvs")
    let expected = try #require(shell("\(tool) --articles chunks.nvs copies.nvs", in: folder).json?.object)
    let found = try #require(shell("\(tool) --articles chunks.nvs other.nvs", in: folder).json?.object)
    for (name, value) in expected { #expect(isClose(value, found[name] ?? .null), "\(name)") }
  }

  // MARK: - Rejected input

  static let refusals: [(script: String, status: Int32, words: [String])] = [
    ("TOOL --articles - < copies.nvs", 64, ["--articles -", "standard input"]),
    ("TOOL < copies.nvs", 64, ["--articles is missing"]),
    ("TOOL --articles absent.npz < copies.nvs", 66, ["absent.npz", "No such file"]),
    ("TOOL --articles . < copies.nvs", 66, [".", "folder"]),
    ("TOOL --articles chunks.nvs < chunks.nvs", 65, ["expected predictions, found chunks", "model-predict"]),
    ("TOOL --articles copies.nvs < copies.nvs", 65, ["copies.nvs", "expected chunks, found predictions"]),
    ("seq-build < chunks.nvs > w; TOOL --articles w < copies.nvs", 65, ["expected chunks, found windows"]),
    ("echo hello > t; TOOL --articles t < copies.nvs", 65, ["t: expected", "found text"]),
    ("head -c 700 chunks.nvs > cut; TOOL --articles cut < copies.nvs", 65, ["cut", "truncated"]),
    ("head -c 700 copies.nvs | TOOL --articles chunks.nvs", 65, ["stdin", "truncated"]),
    (
      "cat chunks.nvs chunks.nvs > two; TOOL --articles two < copies.nvs", 65,
      ["two", "article 1, chunk 0 occurs twice"]
    ),
    (
      "cat copies.nvs copies.nvs | TOOL --articles chunks.nvs", 65,
      ["article 1, chunk 2, step 1", "expected one prediction of each chunk"]
    ),
    (
      "vec-synth --articles 2 --chunks 9 --dim 3 > v; TOOL --articles v < copies.nvs", 65,
      ["dim 3", "found dim 6"]
    ),
    (
      "article-select --exclude 2 < chunks.nvs > part; TOOL --articles part < copies.nvs", 65,
      ["article 2, chunk 2, step 1", "part"]
    ),
    ("article-select --only 77 < chunks.nvs > none; TOOL --articles none < copies.nvs", 65, ["none: has no chunks"]),
    ("article-select --only 77 < copies.nvs | TOOL --articles chunks.nvs", 65, ["no predictions"]),
    ("npz-read absent.npz | TOOL --articles chunks.nvs", 65, ["upstream npz-read failed (66)"]),
  ]

  @Test(arguments: tools, refusals.indices) func badInputIsNamed(_ tool: String, _ index: Int) throws {
    let folder = try Self.folder()
    let (script, status, words) = Self.refusals[index]
    let found = try shell(script.replacing("TOOL", with: tool) + "\nexit $?", in: folder)
    #expect(found.status == status, "\(found.errors)")
    #expect(found.output == [])
    for word in words { #expect(found.errors.contains(word), "\(word) in \(found.errors)") }
  }

  static let lines = [
    CommandLine("offset-sweep --articles x --offsets 3:-3", "--offsets 3:-3"),
    CommandLine("offset-sweep --articles x --offsets 1", "--offsets 1"),
    CommandLine("offset-sweep --articles x --offsets -3:0", "--offsets -3:0", "1"),
    CommandLine("offset-sweep --articles x --offsets 1:3 --origin target", "--offsets 1:3", "0"),
    CommandLine("offset-sweep --articles x --offsets 1:1", "--offsets 1:1"),
    CommandLine("offset-sweep --articles x --origin first", "last-context, target"),
    CommandLine("offset-sweep --articles x --min-margin much", "--min-margin much"),
    CommandLine("retrieval-rank --articles x --scope book", "article, all"),
    CommandLine("retrieval-rank --articles x --min-article 0", "--min-article 0"),
    CommandLine("retrieval-rank --articles x --min-r1 60", "--min-r1 60", "0 to 1"),
    CommandLine("rollout-eval --articles x --horizon 0", "--horizon 0"),
    CommandLine("rollout-eval --articles=", "--articles ''"),
  ]

  @Test(arguments: lines) func oneLineSaysWhatWasExpected(_ line: CommandLine) throws {
    let found = try run(line.tool, line.arguments)
    #expect(found.status == 64)
    #expect(found.output == [])
    #expect(found.errorLines.count == 1)
    for word in line.expected { #expect(found.errors.contains(word), "\(found.errors)") }
  }

  /// Without a window there is no answer, whatever the minimum.
  @Test func nothingToReportOnIsAnError() throws {
    let folder = try Self.folder()
    for (command, words) in [
      ("offset-sweep --offsets -50:50 --min-margin -2", "skipped: outside_article 42"),
      ("retrieval-rank --min-article 99 --min-r1 0", "skipped: short_article 42"),
      ("article-select --only 5 < copies.nvs | rollout-eval --min-cos -1", "skipped: outside_article 2"),
    ] {
      let input = command.contains("<") ? "" : " < copies.nvs"
      let found = try shell("\(command) --articles chunks.nvs\(input)", in: folder)
      #expect(found.status == 65)
      #expect(found.errors.contains(words), "\(found.errors)")
      #expect(found.output == [])
    }
  }

  @Test func stepsThatAreMissingAreNamed() throws {
    let folder = try Self.folder()
    let part = Self.copies.rows(0..<Self.copies.rows - 1)
    try folder.write(predictionStream([part]), to: "part.nvs")
    let found = try shell("rollout-eval --articles chunks.nvs part.nvs", in: folder)
    #expect(found.status == 65)
    #expect(found.errors.contains("expected 3 steps of this window, found 2"))
    for name in ["copies.nvs", "oracle.nvs"] {
      let longer = try shell("rollout-eval --horizon 4 --articles chunks.nvs \(name)", in: folder)
      #expect(longer.status == 65)
      #expect(longer.errors.contains("expected 4 steps") && longer.errors.contains("model-predict --horizon 4"))
    }
    #expect(try shell("rollout-eval --horizon 2 --articles chunks.nvs part.nvs", in: folder).status == 65)
    #expect(try shell("rollout-eval --horizon 2 --articles chunks.nvs copies.nvs", in: folder).json?["horizon"] == 2)
  }

  // MARK: - The reports' fields: a contract that others rely on

  static let fields: [[String: String]] = [
    [
      "windows": "count", "articles": "count", "skipped": "object", "origin": "text", "offsets": "object",
      "mean_cos": "number", "margin": "number", "ci95": "object", "zero_vectors": "count",
    ],
    [
      "windows": "count", "articles": "count", "skipped": "object", "scope": "text", "r_at_1": "number",
      "r_at_5": "number", "mrr": "number", "mean_rank": "number", "median_rank": "number", "chance": "object",
      "ci95": "object", "zero_vectors": "count",
    ],
    [
      "windows": "count", "articles": "count", "skipped": "object", "origin": "text", "horizon": "count",
      "per_step": "figures 3", "mean_cos": "number", "ci95": "object", "zero_vectors": "count",
    ],
  ]

  @Test(arguments: tools.indices) func fieldsAndTheirTypes(_ index: Int) throws {
    let folder = try Self.folder()
    let command = "\(Self.tools[index]) --label VAL --articles chunks.nvs copies.nvs"
    let report = try #require(shell(command, in: folder).json)
    let common = ReportTests.common.merging(["label": "text", "model": "null", "counts": "object"]) { $1 }
    let types = common.merging(Self.fields[index]) { $1 }
    for (name, type) in types { #expect(ReportTests.isOf(type, report[name]), "\(name)") }
    #expect(Set(report.object?.keys.map { $0 } ?? []) == Set(types.keys))
    for (name, interval) in report["ci95"]?.object ?? [:] where interval.object == nil && name != "per_step" {
      #expect(ReportTests.isOf("interval", interval), "\(name)")
    }
    let table = try shell("\(command) --format table", in: folder)
    #expect(table.text.hasPrefix("\(Self.tools[index].split(separator: " ")[0]): VAL\n"))
    #expect(table.text.split(separator: "\n").count > 8)
  }
}
