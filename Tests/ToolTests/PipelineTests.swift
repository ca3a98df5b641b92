import JSON
import TestSupport
import Testing

/// Pipelines in which a stage fails or ends early.
@Suite struct PipelineTests {
  private static func folder() throws -> Folder {
    let folder = try Folder()
    try folder.write(Samples.chunks, to: "chunks.nvs")
    try folder.write(Samples.windows, to: "windows.nvs")
    try folder.write(Array(Samples.chunks.dropLast(64)), to: "cut.nvs")
    return folder
  }

  /// Stages that run long, each with a reader that ends soon, also in a shell that ignores SIGPIPE.
  @Test(
    arguments: [
      "vec-synth --articles 1000000 --dim 16", "stream-cat big.nvs", "article-select --only 0-999999 big.nvs",
      "seq-build --ctx 2 big.nvs",
      "text-write big.nvs", "stream-split --shard 0/1 big.nvs", "stream-head -n 999999 big.nvs",
    ], ["", "trap '' PIPE;"])
  func aClosedReaderEndsAStageSilently(_ stage: String, _ before: String) throws {
    let folder = try Folder()
    let script = """
      \(stage.contains("big") ? "vec-synth --articles 400 --chunks 50 --dim 64 -o big.nvs" : "")
      { (\(before) \(stage)); echo $? > status; } | head -c 70 > /dev/null
      cat status
      """
    let found = try shell(script, in: folder)
    #expect(found.text == "141\n")
    #expect(found.errors == "")
  }

  @Test func headTakesWhatItNeedsOfAnEndlessStream() throws {
    let found = try shell(
      "vec-synth --articles 1000000000 --dim 8 | seq-build --ctx 2 | stream-head -n 5 | stream-info")
    #expect(found.status == 0)
    #expect(found.errors == "")
    #expect(found.json?["windows"] == 5)
  }

  @Test func aReportThatNobodyReads() throws {
    let found = try shell(
      "{ (trap '' PIPE; sleep 0.2; stream-info windows.nvs); echo $? > status; } | true; cat status", in: Self.folder())
    #expect(found.text == "141\n")
    #expect(found.errors == "")
  }

  /// Where the first stage fails, the ones between are silent and the last one names it.
  @Test(arguments: [
    ("npz-read missing.npz", "npz-read", 66), ("seq-build --ctx 2 cut.nvs", "seq-build", 65),
    ("stream-cat missing.nvs", "stream-cat", 66), ("article-select --only 1 windows.nvs cut.nvs", "article-select", 65),
    ("text-read missing", "text-read", 66),
  ])
  func theCulpritIsNamedByTheLastStage(_ first: String, _ origin: String, _ status: Int) throws {
    let folder = try Self.folder()
    for last in [
      "direction-diagnose", "stream-info", "stream-check", "text-write", "npz-write x.npz", "stream-cat -o x.nvs",
    ] {
      let found = try shell("\(first) | stream-cat | article-select --exclude 77 | \(last)", in: folder)
      #expect(found.status == 65)
      let errors = found.errorLines.filter { $0.contains(": error: ") }
      #expect(errors.count == 2, "\(found.errors)")
      let name = last.split(separator: " ")[0]
      let upstream = "\(name): error: upstream \(origin) failed (\(status)): "
      #expect(errors.contains { $0.hasPrefix("\(origin): error: ") })
      #expect(errors.contains { $0.hasPrefix(upstream) }, "\(found.errors)")
      if last != "text-write" { #expect(found.output == []) }
      #expect(!folder.names.contains { $0.hasPrefix("x.") })
    }
  }

  @Test func aStageThatNeverStartedLeavesAnEmptyStream() throws {
    let found = try shell("seq-build --ctx 0 | stream-cat | stream-info")
    #expect(found.status == 65)
    #expect(found.output == [])
    #expect(found.errors.contains("seq-build: error: --ctx 0"))
    #expect(found.errors.contains("is empty"))
  }

  @Test func anAbortedStreamInAFileNamesItsCulprit() throws {
    let found = try shell("stream-cat cut.nvs > partial.nvs; stream-check partial.nvs", in: Self.folder())
    #expect(found.status == 65)
    #expect(
      found.errorLines.last { $0.contains(": error: ") }?.hasPrefix(
        "stream-check: error: upstream stream-cat failed (65): cut.nvs: ") == true)
  }

  @Test func streamsOfDifferentDimsDoNotGoTogether() throws {
    let folder = try Folder()
    let made = "vec-synth --articles 3 --dim 8 -o a.nvs; vec-synth --articles 3 --dim 9 -o b.nvs;"
    for command in [
      "cat a.nvs b.nvs | stream-cat", "stream-cat a.nvs b.nvs", "cat a.nvs b.nvs | seq-build --ctx 2",
      "stream-info a.nvs b.nvs",
    ] {
      let found = try shell("\(made) \(command) > out", in: folder)
      #expect(found.status == 65)
      #expect(found.errors.contains("dim 8 and dim 9"), "\(found.errors)")
    }
    let different = try shell("\(made) stream-diff a.nvs b.nvs", in: folder)
    #expect(different.status == 65)
    #expect(different.errors.contains("dim 8 and dim 9"))
  }

  @Test(arguments: [
    ("seq-build --ctx 2 windows.nvs", "expected chunks, found windows"),
    ("direction-diagnose chunks.nvs", "expected windows, found chunks"),
    ("narrative-delta chunks.nvs", "expected windows, found chunks"),
    ("seq-build --offset 2 --ctx 2 chunks.nvs | narrative-delta", "expected windows of offset 1, found offset 2"),
    ("seq-build --ctx 1 chunks.nvs | narrative-delta", "expected windows of 2 or more context chunks, found 1"),
    ("cat chunks.nvs chunks.nvs | seq-build --ctx 2", "a duplicate, or out of order"),
    ("stream-diff chunks.nvs windows.nvs", "chunks and windows"),
  ])
  func theWrongKindOfStreamIsRejected(_ command: String, _ words: String) throws {
    let found = try shell("\(command) > out", in: Self.folder())
    #expect(found.status == 65)
    #expect(found.errors.contains(words), "\(found.errors)")
  }

  @Test func membersAreCounted() throws {
    let folder = try Self.folder()
    #expect(try shell("stream-check --members 1 chunks.nvs", in: folder).status == 0)
    #expect(try shell("cat windows.nvs windows.nvs | stream-check --members 2", in: folder).status == 0)
    let found = try shell("cat windows.nvs windows.nvs | stream-check --members 3", in: folder)
    #expect(found.status == 65)
    #expect(found.errors.hasPrefix("stream-check: error: stdin: expected 3 members, found 2\n"))
  }
}
