import JSON
import Streams
import TestSupport
import Testing
import Vectors

/// `model-predict` with predictors whose output is known.
@Suite struct ModelPredictTests {
  /// The windows of `Samples.windows`: the key of each target and the vectors of its slots.
  private static let windows: [(target: Key, slots: [[Float]])] = {
    guard let stream = try? contents(Samples.windows) else { return [] }
    return stream.frames.flatMap { frame in
      (0..<frame.windows).map { window in
        let rows = frame.window(window)
        return (frame.keys[rows[3]], rows.map(frame.vector))
      }
    }
  }()

  private static func unit(_ vector: [Double]) -> [Double] {
    let norm = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return vector.map { norm > 0 ? $0 / norm : 0 }
  }

  /// The prediction from a context, each slot a vector.
  private static func prediction(_ model: String, _ context: [[Double]]) -> [Double] {
    let last = context[context.count - 1]
    switch model {
    case "context-mean": return last.indices.map { i in context.reduce(0) { $0 + $1[i] } / Double(context.count) }
    case "linear-extrapolation": return last.indices.map { 2 * last[$0] - context[context.count - 2][$0] }
    default: return last
    }
  }

  private func check(_ bytes: [UInt8], _ model: String, horizon: Int, raw: Bool) throws {
    let stream = try contents(bytes)
    #expect(stream.header.kind == .predictions)
    #expect(stream.header.ordered == (horizon == 1))
    let rows = stream.frames.flatMap { frame in (0..<frame.rows).map { (frame.keys[$0], frame.vector($0)) } }
    #expect(rows.count == Self.windows.count * horizon && !rows.isEmpty)
    for (index, window) in Self.windows.enumerated() {
      var context = window.slots[..<3].map { $0.map(Double.init) }
      for step in 1...horizon {
        let (key, vector) = rows[index * horizon + step - 1]
        let chunk = window.target.chunk + UInt32(step) - 1
        #expect(key == Key(article: window.target.article, chunk: chunk, step: UInt32(step)))
        let output = Self.prediction(model, context)
        for (found, expected) in zip(vector, raw ? output : Self.unit(output)) {
          #expect(abs(Double(found) - expected) < 1e-5)
        }
        context = Array(context.dropFirst()) + [Self.unit(output)]
      }
    }
  }

  @Test(arguments: ["copy-last", "context-mean", "linear-extrapolation"])
  func baselinesPredictAsDefined(_ model: String) throws {
    for (horizon, batch, raw) in [(1, 256, false), (1, 7, true), (4, 10, false), (3, 1, true)] {
      let flags = ["--model", model, "--horizon", "\(horizon)", "--batch", "\(batch)"] + (raw ? ["--raw"] : [])
      let found = try run("model-predict", flags, input: Samples.windows)
      #expect(found.status == 0 && found.errors == "")
      try check(found.output, model, horizon: horizon, raw: raw)
    }
  }

  @Test func theOracleReturnsTheTarget() throws {
    let script = """
      seq-build --ctx 3 --futures 2 --quiet | model-predict --model oracle --horizon 3 --raw | text-write
      """
    let built = try contents(
      try run("seq-build", ["--ctx", "3", "--futures", "2", "--quiet"], input: Samples.chunks).output)
    let truth = Dictionary(uniqueKeysWithValues: Samples.rows.keys.indices.map { (Samples.rows.keys[$0], $0) })
    let lines = try shell(script, input: Samples.chunks).text.split(separator: "\n").map {
      try JSON(parsing: String($0))
    }
    let rows = lines.filter { $0["vector"] != nil }
    #expect(rows.count == 3 * built.totals.windows && !rows.isEmpty)
    for row in rows {
      let key = Key(article: UInt64(row["article"]?.int ?? 0), chunk: UInt32(row["chunk"]?.int ?? 0))
      let index = try #require(truth[key])
      #expect(row["vector"]?.array?.compactMap(\.double).map { Float($0) } == Samples.rows.vector(index))
    }
    let refused = try run("model-predict", ["--model", "oracle", "--horizon", "4"], input: Samples.windows)
    #expect(refused.status == 64)
    #expect(refused.errors.contains("needs the 3 chunks after the target; the windows have 0"))
    #expect(refused.errors.contains("--futures 3"))
  }

  /// Later chunks out of the articles are those that the windows' futures would be.
  @Test func theOracleLooksLaterChunksUp() throws {
    let folder = try Folder()
    try folder.write(Samples.chunks, to: "chunks.nvs")
    let script = """
      seq-build --ctx 3 --futures 2 --quiet chunks.nvs -o windows.nvs
      model-predict --model oracle --horizon 3 windows.nvs -o a.nvs
      model-predict --model oracle --horizon 3 --articles chunks.nvs windows.nvs -o b.nvs
      stream-diff a.nvs b.nvs
      """
    let found = try shell(script, in: folder)
    #expect(found.status == 0, "\(found.errors)")
    #expect((found.json?["matched"]?.int ?? 0) > 60)
    let past = try run(
      "model-predict", ["--model", "oracle", "--horizon", "3", "--articles", "chunks.nvs"], input: Samples.windows,
      in: folder)
    #expect(try contents(past.output).keys.count == 3 * Self.windows.count)
  }

  @Test func theHeaderSaysWhatWasPredictedFrom() throws {
    let built = try run("seq-build", ["--ctx", "2", "--offset", "3", "--quiet"], input: Samples.chunks).output
    let stream = try contents(try run("model-predict", ["--model", "copy-last"], input: built).output)
    #expect(stream.header.metadata["model-predict:context"] == 2)
    #expect(stream.header.metadata["model-predict:offset"] == 3)
    #expect(stream.header.metadata["model-predict:horizon"] == 1)
    #expect(stream.header.metadata["model-predict:model"] == "copy-last")
    #expect(stream.provenance.entries.last?["tool"] == "model-predict")
    #expect(stream.provenance.entries.count == 2)
  }

  @Test func unorderedWindowsGiveUnorderedPredictions() throws {
    let found = try shell("seq-shuffle | model-predict --model copy-last", input: Samples.windows)
    let shuffled = try contents(found.output)
    #expect(!shuffled.isOrdered && shuffled.keys.count == Self.windows.count)
    let ordered = try run("model-predict", ["--model", "copy-last"], input: Samples.windows)
    let folder = try Folder()
    try folder.write(ordered.output, to: "ordered")
    #expect(try run("stream-diff", ["-", "ordered"], input: found.output, in: folder).status == 0)
  }

  @Test func zeroPredictionsStayZeroAndAreCounted() throws {
    let zeros = Samples.numPy(rows: 5, columns: 2, [1, 0, -1, 0, 0, 0, 0, 0, 3, 4])
    let found = try shell(
      "npz-read --one-article | seq-build --ctx 2 | model-predict --model context-mean", input: zeros)
    #expect(found.status == 0)
    #expect(found.errors.contains("2 predictions have length 0"))
    let stream = try contents(found.output)
    #expect(stream.counts == ["model-predict:zero_vectors": 2])
    #expect(stream.frames.flatMap(\.vectors) == [0, 0, -1, 0, 0, 0])
  }

  @Test func whatCannotBePredictedIsAnError() throws {
    let chunks = try run("model-predict", ["--model", "copy-last"], input: Samples.chunks)
    #expect(chunks.status == 65 && chunks.errors.contains("expected windows, found chunks"))
    let none = try shell("seq-build --ctx 100 --quiet | model-predict --model copy-last", input: Samples.chunks)
    #expect(none.status == 65 && none.errors.contains("the stream has no windows; 6 articles were too short for one"))
    let absent = try run("model-predict", ["--model", "copy-lats"], input: Samples.windows)
    #expect(absent.status == 66)
    #expect(absent.errors.contains("copy-last, context-mean, linear-extrapolation, nearest, oracle"))
    #expect(try run("model-predict", [], input: Samples.windows).status == 64)
    // Two predictions of one float each beyond the largest: the extrapolation overflows.
    let huge = Samples.numPy(rows: 3, columns: 1, [-3e38, 3e38, 1])
    let infinite = try shell(
      "npz-read --one-article | seq-build --ctx 2 | model-predict --model linear-extrapolation", input: huge)
    #expect(infinite.status == 65)
    #expect(infinite.errors.contains("step 1 for the window with target article 0, chunk 2 holds a NaN or an infinity"))
  }

  /// A fault upstream is named by the last stage alone, and the threads leave no trace.
  @Test func itPassesFaultsOn() throws {
    let found = try shell("npz-read absent.npz | seq-build | model-predict --model copy-last | stream-info")
    #expect(found.status == 65)
    #expect(found.errorLines.count { $0.contains("error:") } == 2)
    #expect(found.errors.contains("stream-info: error: upstream npz-read failed (66)"))
    let one = try run("model-predict", ["--model", "context-mean"], input: Samples.windows)
    let two = try run("model-predict", ["--model", "context-mean", "--threads", "2"], input: Samples.windows)
    #expect(one.status == 0 && one.output == two.output)
  }

  /// Predictions do not depend on the batch.
  @Test func batchesDoNotMatter() throws {
    let folder = try Folder()
    for batch in [1, 5, 300] {
      let flags = ["--model", "linear-extrapolation", "--horizon", "2", "--batch", "\(batch)", "-o", "\(batch).nvs"]
      #expect(try run("model-predict", flags, input: Samples.windows, in: folder).status == 0)
    }
    #expect(try run("stream-diff", ["1.nvs", "5.nvs"], in: folder).status == 0)
    #expect(try run("stream-diff", ["1.nvs", "300.nvs"], in: folder).status == 0)
  }
}
