import JSON
import TestSupport
import Testing

/// Windows at their limits, and figures that must not depend on how the data are arranged.
@Suite struct WindowTests {
  @Test func noWindowAtAllIsAnError() throws {
    let found = try shell("seq-build --ctx 100 --quiet | direction-diagnose", input: Samples.chunks)
    #expect(found.status == 65)
    #expect(found.output == [])
    #expect(
      found.errors == "direction-diagnose: error: stdin: the stream has no windows; 6 articles were too short for one\n"
    )
    #expect(try shell("seq-build --ctx 100 --quiet | narrative-delta", input: Samples.chunks).status == 65)
    #expect(
      try shell("article-select --only 77 --quiet | seq-build | direction-diagnose", input: Samples.chunks).status == 65
    )
    let none = try shell("article-select --only 77 --quiet | seq-build --quiet | stream-info", input: Samples.chunks)
    #expect(none.status == 0)
    #expect(none.json?["rows"] == 0)
  }

  @Test func shortArticlesAreCountedAndReported() throws {
    let built = try run("seq-build", ["--ctx", "8"], input: Samples.chunks)
    #expect(built.status == 0)
    // Of 9, 14, 4, 12 with a gap, 10 and 7 chunks, three have no run of nine.
    #expect(built.errors == "seq-build: note: 3 of 6 articles have no run of 9 chunks and give no window\n")
    let info = try Samples.info(built.output)
    #expect(info["counts"] == ["seq-build:short_articles": 3])
    #expect(info["windows"] == 9)
    let report = try run("direction-diagnose", ["--no-gate"], input: built.output).json
    #expect(report?["counts"] == ["seq-build:short_articles": 3])
    #expect(report?["articles"] == 3)
    // Through filters and over concatenated streams the counts add up.
    let twice = try shell("stream-cat | article-select --exclude 99 | stream-info", input: built.output + built.output)
    #expect(twice.json?["counts"] == ["seq-build:short_articles": 6])
  }

  @Test func windowsWithoutNegativesAreCounted() throws {
    let built = try run("seq-build", ["--ctx", "2", "--negatives", "6"], input: Samples.chunks)
    #expect(built.status == 0)
    let counts = try Samples.info(built.output)["counts"]
    // Articles of 4, and of 7 chunks, have fewer than 6 others; those of 9 and more have enough.
    #expect(counts?["seq-build:windows_without_negatives"] == 7)
    #expect(built.errors.contains("7 windows left out"), "\(built.errors)")
  }

  @Test(arguments: [
    "vec-synth --dim 1 --articles 5 --chunks 9", "vec-synth --dim 3 --articles 1 --chunks 7",
    "vec-synth --dim 3 --articles 2 --chunks 3",
  ])
  func theSmallestData(_ synth: String) throws {
    let found = try shell("\(synth) | seq-build --ctx 2 | direction-diagnose --no-gate")
    #expect(found.status == 0)
    #expect(found.json?["coherence"]?.double?.isFinite == true)
    let isOne = synth.contains("articles 1")
    #expect((found.json?["ci95"]?["coherence"] == JSON.null) == isOne)
    let one = try shell("\(synth) | seq-build --ctx 1 | direction-diagnose")
    #expect(one.status == 1)
    #expect(one.json?["coherence"] == JSON.null)
    #expect(one.json?["adjacent_similarity"] == [])
    #expect(one.json?["gates"]?["coherence"]?["pass"] == false)
  }

  @Test func zeroVectorsAreCountedNotNaN() throws {
    let zeros = Samples.numPy(rows: 8, columns: 2, [0, 0, 1, 2, 3, 4, 0, 0] + [Float](repeating: 1, count: 8))
    let found = try shell("npz-read --one-article | seq-build --ctx 2 | direction-diagnose --no-gate", input: zeros)
    #expect(found.status == 0)
    #expect(found.json?["zero_vectors"] == 2)
    #expect(!found.text.lowercased().contains("nan"))
    let normalized = try run("npz-read", ["--one-article", "--normalize"], input: zeros)
    #expect(normalized.errors.contains("2 vectors have length 0"))
  }

  /// The figures of a stream do not depend on frames, shards, their order, or a passage through text.
  @Test func figuresDoNotDependOnTheArrangement() throws {
    let folder = try Folder()
    let synth = "vec-synth --articles 12 --chunks 9 --dim 7"
    let build = "seq-build --ctx 3 --offset 2 --negatives 2 --quiet"
    let report = "direction-diagnose --no-gate"
    let whole = try #require(shell("\(synth) -o all.nvs; \(build) all.nvs | \(report)", in: folder).json)
    let ways = [
      "\(synth) --flush | \(build) | \(report)",
      "stream-split all.nvs --shards 3 --out s; cat s000.nvs s001.nvs s002.nvs | \(build) | \(report)",
      "cat s002.nvs s000.nvs s001.nvs | \(build) | \(report)",
      "for s in s00*.nvs; do \(build) $s; done | stream-cat | \(report)",
      "for s in s001 s002 s000; do \(build) $s.nvs -o $s.w; done; \(report) s001.w s002.w s000.w",
      "text-write all.nvs | text-read | \(build) | text-write | text-read | \(report)",
    ]
    for way in ways {
      let found = try #require(shell(way, in: folder).json, "\(way)")
      for (name, value) in whole.object ?? [:] where name != "source" {
        #expect(
          isClose(value, found[name] ?? .null), "\(way): \(name): \(value.text), \(found[name]?.text ?? "missing")")
      }
    }
  }

  @Test func digestsProveThatNothingIsLost() throws {
    let folder = try Folder()
    let script = """
      vec-synth --articles 30 --chunks 6 --dim 5 -o all.nvs
      stream-split all.nvs --shards 4 --out s
      seq-build --ctx 2 all.nvs | stream-info
      for s in s00*.nvs; do seq-build --ctx 2 $s; done | stream-info
      """
    let lines = try shell(script, in: folder).text.split(separator: "\n").map { try JSON(parsing: String($0)) }
    #expect(lines.count == 2)
    for field in ["rows", "windows", "row_digest", "window_digest"] {
      #expect(lines[0][field] == lines[1][field], "\(field)")
    }
    #expect(lines[0]["ordered"] == true)
    #expect(lines[1]["ordered"] == false)
    #expect(lines[1]["members"] == 4)
  }
}
