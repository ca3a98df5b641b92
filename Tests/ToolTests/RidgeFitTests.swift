import JSON
import Streams
import TestSupport
import Testing
import Vectors

/// `ridge-fit`, and `model-predict` with the checkpoints that it and `model-init` write.
@Suite struct RidgeFitTests {
  /// A folder with windows of a process that a linear predictor knows.
  private static func folder() throws -> Folder {
    let folder = try Folder()
    let made = try shell(
      """
      vec-synth --process rotation --rho 0.9 --articles 20 --chunks 40 --dim 6 -o chunks.nvs
      seq-build --ctx 2 chunks.nvs -o windows.nvs
      """, in: folder)
    #expect(made.status == 0 && made.errors == "")
    return folder
  }

  /// The report's figures are those of the checkpoint's predictions.
  @Test func theReportDescribesTheCheckpoint() throws {
    let folder = try Self.folder()
    let found = try run("ridge-fit", ["--out", "r.safetensors", "--penalty", "0.001", "windows.nvs"], in: folder)
    #expect(found.status == 0 && found.errors == "")
    let report = try #require(found.json)
    #expect(report["windows"] == 760 && report["context"] == 2 && report["dim"] == 6)
    #expect((report["mean_cos"]?.double ?? 0) > 0.85 && (report["r2"]?.double ?? 0) > 0.7)
    let predicted = try contents(
      run("model-predict", ["--model", "r.safetensors", "--raw", "windows.nvs"], in: folder).output)
    let chunks = try contents(folder.bytes(of: "chunks.nvs")).frames.flatMap { frame in
      frame.keys.indices.map { (frame.keys[$0], frame.vector($0)) }
    }
    let truth = Dictionary(uniqueKeysWithValues: chunks)
    var (cosines, errors, count) = (0.0, 0.0, 0)
    var targets: [[Double]] = []
    for frame in predicted.frames {
      for row in 0..<frame.rows {
        let key = frame.keys[row]
        let y = try #require(truth[Key(article: key.article, chunk: key.chunk)]).map(Double.init)
        let p = frame.vector(row).map(Double.init)
        cosines += dot(p, y) / (dot(p, p) * dot(y, y)).squareRoot()
        errors += zip(p, y).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        targets.append(y)
        count += 1
      }
    }
    let mean = (0..<6).map { i in targets.reduce(0) { $0 + $1[i] } / Double(count) }
    let variation = targets.reduce(0) { $0 + dot($1, $1) } - Double(count) * dot(mean, mean)
    #expect(abs(cosines / Double(count) - (report["mean_cos"]?.double ?? 0)) < 1e-6)
    #expect(abs(1 - errors / variation - (report["r2"]?.double ?? 0)) < 1e-5)
    let stage = predicted.provenance.entries.last
    #expect(stage?["files"]?.array?.first?["name"] == "r.safetensors")
    #expect(predicted.header.metadata["model-predict:model"] == "r.safetensors")
  }

  private func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }

  /// Windows of weight 0 do not count.
  @Test func weightsCount() throws {
    let folder = try Self.folder()
    let script = """
      seq-gate --by delta --min 0 --weak-weight 0 --quiet windows.nvs | ridge-fit --out weighted.safetensors >w.json
      seq-gate --by delta --min 0 --quiet windows.nvs | ridge-fit --out fewer.safetensors >f.json
      ridge-fit --out all.safetensors windows.nvs >a.json
      for m in weighted fewer all; do model-predict --model $m.safetensors windows.nvs -o $m.nvs; done
      stream-diff --tolerance 1e-6 weighted.nvs fewer.nvs >d.json && ! stream-diff --tolerance 1e-3 all.nvs fewer.nvs >d.json
      """
    let found = try shell(script, in: folder)
    #expect(found.status == 0, "\(found.errors)")
  }

  @Test func equationsWithoutASolutionAreAnError() throws {
    let folder = try Self.folder()
    let same = Samples.numPy(rows: 9, columns: 2, [Float](repeating: 1, count: 18))
    let flat = try shell(
      "npz-read --one-article | seq-build --ctx 2 | ridge-fit --out m.safetensors", input: same, in: folder)
    #expect(flat.status == 65 && flat.errors.contains("has no solution: the contexts of 7 windows"))
    #expect(!folder.names.contains("m.safetensors"))
    let none = try shell(
      "seq-build --ctx 100 --quiet | ridge-fit --out m.safetensors", input: Samples.chunks, in: folder)
    #expect(none.status == 65 && none.errors.contains("the stream has no windows"))
    let chunks = try run("ridge-fit", ["--out", "m.safetensors"], input: Samples.chunks, in: folder)
    #expect(chunks.status == 65 && chunks.errors.contains("expected windows, found chunks"))
    #expect(try run("ridge-fit", input: Samples.windows).status == 64)
    let large = try shell(
      "vec-synth --articles 1 --dim 4096 --chunks 102 | seq-build --ctx 100 | ridge-fit --out m.safetensors", in: folder
    )
    #expect(large.status == 65 && large.errors.contains("more than 32 GiB"))
  }

  @Test func aModelOfOtherWindowsIsRejected() throws {
    let folder = try Self.folder()
    #expect(try run("ridge-fit", ["--out", "r", "windows.nvs"], in: folder).status == 0)
    let dim = try run("model-predict", ["--model", "./r"], input: Samples.windows, in: folder)
    #expect(dim.status == 65)
    #expect(dim.errors.contains("./r: expected windows of 2 context chunks of dim 6, found 3 of dim 6"))
    #expect(dim.errors.contains("--ctx 2"))
    let other = try shell("vec-synth --dim 5 | seq-build --ctx 2 | model-predict --model r", in: folder)
    #expect(other.status == 65)
    #expect(other.errors.contains("r: expected windows of 2 context chunks of dim 6, found 2 of dim 5"))
    // A predictor's name wins over a file's.
    #expect(try shell("cp r copy-last", in: folder).status == 0)
    for (name, files) in [("copy-last", 0), ("./copy-last", 1)] {
      let stream = try contents(run("model-predict", ["--model", name, "windows.nvs"], in: folder).output)
      #expect(stream.provenance.entries.last?["files"]?.array?.count ?? 0 == files)
      #expect(stream.header.metadata["model-predict:model"] == "copy-last")
    }
    // Files that are not checkpoints.
    try folder.write(Array("hello".utf8), to: "text")
    #expect(try run("model-predict", ["--model", "text"], input: Samples.windows, in: folder).status == 65)
  }

  /// A network gives the same on every batch and number of threads, but for rounding.
  @Test(arguments: [
    "transformer --width 32 --heads 4 --layers 2", "lstm --hidden 32", "amn --hidden 32",
    "ranker-transformer --width 32 --heads 4 --layers 1", "mixture-lstm --hidden 32",
  ])
  func networksPredictAlikeInEveryBatch(_ network: String) throws {
    let folder = try Self.folder()
    let script = """
      model-init --arch \(network) --dim 6 --ctx 2 --out m.safetensors
      model-predict --model m.safetensors --horizon 3 windows.nvs -o a.nvs
      model-predict --model m.safetensors --horizon 3 --batch 7 --threads 2 windows.nvs -o b.nvs
      stream-diff --tolerance 1e-4 a.nvs b.nvs
      """
    let found = try shell(script, in: folder)
    #expect(found.status == 0, "\(found.errors) \(found.text)")
    #expect(found.json?["rows_a"]?.int == 3 * 760)
  }
}
