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

  /// The figures that Tests/Reference/linear.py finds with NumPy's least squares.
  @Test func figuresAreThoseOfTheirDefinitions() throws {
    let reference = try JSON(parsing: Folder.text(of: Tools.root + "/Tests/Reference/linear.json"))
    let folder = try Folder()
    var compared = 0
    for (name, forms) in reference.object ?? [:] {
      let parts = name.split(separator: ":")
      let built = try shell(
        "npz-read \(Tools.root)/examples/data/\(parts[0]) | "
          + "seq-build --quiet --ctx \(parts[1]) --offset \(parts[2]) -o w", in: folder)
      #expect(built.status == 0)
      for (form, expected) in forms.object ?? [:] {
        let penalty = expected["penalties"] == nil ? "" : "--penalty auto"
        let found = try shell("ridge-fit --predictor \(form) \(penalty) --out m w", in: folder, seconds: 120)
        #expect(found.status == 0 && found.errors == "")
        for (field, value) in expected.object ?? [:] {
          let report = found.json?[field] ?? .null
          #expect(isClose(value, report), "\(name) \(form): \(field): \(report.text), expected \(value.text)")
          compared += 1
        }
      }
    }
    #expect(compared == 2 * (6 + 4 + 5 + 7))
  }

  private func isClose(_ a: JSON, _ b: JSON) -> Bool {
    if let a = a.array, let b = b.array { return a.count == b.count && zip(a, b).allSatisfy(isClose) }
    if let a = a.object, let b = b.object {
      return a.count == b.count && a.allSatisfy { key, value in b[key].map { isClose(value, $0) } ?? false }
    }
    guard let x = a.double, let y = b.double else { return a == b }
    return abs(x - y) <= 1e-9
  }

  /// Simple forms predict what their checkpoint says: the mean of the targets, and a weighted sum of slots.
  @Test func simpleFormsAreTheirDefinitions() throws {
    let folder = try Self.folder()
    let script = """
      for p in constant slot-weights; do
        ridge-fit --predictor $p --out $p.safetensors windows.nvs >$p.json || exit
        model-predict --raw --model ./$p.safetensors windows.nvs -o $p.nvs || exit
      done
      """
    let found = try shell(script, in: folder)
    #expect(found.status == 0, "\(found.errors)")
    let windows = try contents(folder.bytes(of: "windows.nvs"))
    let targets = windows.frames.flatMap { frame in
      (0..<frame.windows).map { frame.vector(frame.window($0)[2]).map(Double.init) }
    }
    let mean = (0..<6).map { entry in targets.reduce(0) { $0 + $1[entry] } / Double(targets.count) }
    for frame in try contents(folder.bytes(of: "constant.nvs")).frames {
      for row in 0..<frame.rows {
        #expect(zip(frame.vector(row), mean).allSatisfy { abs(Double($0) - $1) < 1e-6 })
      }
    }
    let report = try JSON(parsing: Folder.text(of: folder.path + "/slot-weights.json"))
    let weights = try #require(report["slot_weights"]?.array).compactMap(\.double)
    let contexts = windows.frames.flatMap { frame in
      (0..<frame.windows).map { window in
        (0..<2).map { frame.vector(frame.window(window)[$0]).map(Double.init) }
      }
    }
    let predicted = try contents(folder.bytes(of: "slot-weights.nvs")).frames.flatMap { frame in
      (0..<frame.rows).map { frame.vector($0).map(Double.init) }
    }
    #expect(predicted.count == contexts.count && weights.count == 2)
    // What is left after the weighted slots is one constant.
    let constants = zip(predicted, contexts).map { prediction, slots in
      (0..<6).map { prediction[$0] - weights[0] * slots[0][$0] - weights[1] * slots[1][$0] }
    }
    for constant in constants {
      #expect(zip(constant, constants[0]).allSatisfy { abs($0 - $1) < 1e-5 })
    }
  }

  @Test func penaltiesAreOfFormsThatTakeThem() throws {
    let folder = try Self.folder()
    for form in ["constant", "slot-weights"] {
      let found = try run(
        "ridge-fit", ["--predictor", form, "--penalty", "1", "--out", "m", "windows.nvs"], in: folder)
      #expect(found.status == 64 && found.errors.contains("--penalty: --predictor \(form) has none"))
    }
    for word in ["-1", "nan", "inf", "automatic", "1e10"] {
      let found = try run("ridge-fit", ["--penalty", word, "--out", "m", "windows.nvs"], in: folder)
      #expect(found.status == 64 && found.errors.contains("expected a number from 0 to 1e9, or auto"))
    }
    let one = try shell(
      "article-select --only 0 chunks.nvs | seq-build --ctx 2 -o w; ridge-fit --penalty auto --out m w", in: folder)
    #expect(one.status == 65 && one.errors.contains("w: --penalty auto: expected windows of at least two articles"))
    #expect(!folder.names.contains("m"))
    // The hint helps.
    #expect(try shell("ridge-fit --penalty 1 --out m w", in: folder).status == 0)
  }

  /// The same bytes for the same seed; the choice of held-out articles follows the seed.
  @Test func theSearchIsSeeded() throws {
    let folder = try Self.folder()
    let fit = "ridge-fit --penalty auto --threads 1"
    let script = """
      \(fit) --out a windows.nvs >a.json; \(fit) --out b windows.nvs >b.json; cmp a b && cmp a.json b.json || exit
      \(fit) --seed 18 --out c windows.nvs >c.json; ! cmp -s a.json c.json
      """
    let found = try shell(script, in: folder)
    #expect(found.status == 0, "\(found.errors)")
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
