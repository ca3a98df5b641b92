import JSON
import TestSupport
import Testing
import Vectors

/// `train-step` on small models and data of known nature.
@Suite struct TrainingTests {
  /// A rotating process, whose next vector can be learnt: 24 articles, windows of 3 and 2 futures.
  private static let windows: [UInt8] = {
    let make = "vec-synth --process rotation --articles 24 --chunks 16 --dim 8 --seed 5 -q"
    return (try? shell("\(make) | seq-build --ctx 3 --futures 2 --negatives 2 -q").output) ?? []
  }()

  /// A folder with the windows, w.nvs, and a model's beginning, e0.safetensors.
  private func folder(_ model: String = "--arch lstm --hidden 12 --layers 1 --dropout 0.1") throws -> Folder {
    let folder = try Folder()
    try folder.write(Self.windows, to: "w.nvs")
    let words = model.split(separator: " ").map(String.init)
    let made = try run("model-init", words + ["--dim", "8", "--ctx", "3", "--out", folder("e0.safetensors")])
    #expect(made.status == 0, "\(made.errors)")
    return folder
  }

  private func step(
    _ from: Int, _ folder: Folder, _ arguments: String = "--recipe p1-baseline --batch 8 --lr 0.01", out: String? = nil
  ) throws -> Run {
    var words = arguments.split(separator: " ").map(String.init)
    let usual = [
      ("--model", "e\(from).safetensors"), ("--out", out ?? "e\(from + 1).safetensors"), ("--val", "w.nvs"),
    ]
    for (flag, value) in usual where !words.contains(flag) { words += [flag, value] }
    return try run("train-step", words + ["w.nvs"], in: folder)
  }

  /// The JSON lines of a run.
  private func lines(_ run: Run) throws -> [JSON] {
    try String(decoding: run.output, as: UTF8.self).split(separator: "\n").map { try JSON(parsing: String($0)) }
  }

  @Test func theLossFallsAndTheModelLearns() throws {
    let folder = try folder()
    var ends: [JSON] = []
    for epoch in 0..<4 {
      let run = try step(epoch, folder)
      #expect(run.status == 0, "\(run.errors)")
      ends.append(try #require(try lines(run).last))
    }
    let losses = ends.compactMap { $0["loss"]?.double }
    #expect(zip(losses, losses.dropFirst()).allSatisfy(>))
    let cosines = ends.compactMap { $0["val"]?["cos_next"]?.double }
    #expect(zip(cosines, cosines.dropFirst()).allSatisfy(<))
    #expect(try #require(cosines.last) > 0.6)
    #expect(ends.map { $0["epoch"]?.int } == [1, 2, 3, 4])
  }

  @Test func linesHaveTheirFields() throws {
    let folder = try folder()
    // 264 windows: 8 batches of 32 and one of 8.
    let run = try step(0, folder, "--recipe p6b-v2.3 --log-every 4 --quiet")
    let lines = try lines(run)
    #expect(lines.compactMap { $0["event"]?.string } == ["step", "step", "epoch"])
    #expect(lines.compactMap { $0["step"]?.int } == [4, 8, 9])
    let fields: Set = [
      "event", "epoch", "step", "loss", "terms", "lambda", "rho", "confidence", "skipped", "cos_next", "cos_prev",
      "cos_last", "cos_anchor", "margin", "grad_norm", "lr", "windows_per_second",
    ]
    #expect(Set(try #require(lines[0].object).keys) == fields)
    let end = try #require(lines.last)
    let more: Set = ["val", "alarms", "seconds", "windows", "steps", "left_over"]
    #expect(Set(try #require(end.object).keys) == fields.union(more))
    #expect((end["windows"]?.int, end["steps"]?.int, end["left_over"]?.int) == (264, 9, 0))
    let scores: Set = [
      "cos_next", "cos_prev", "cos_last", "cos_anchor", "margin", "mse", "r_at_5", "windows", "spread", "context_use",
      "baselines",
    ]
    #expect(Set(try #require(end["val"]?.object).keys) == scores)
  }

  @Test func aSingleWindowAtTheEndIsLeftOver() throws {
    let folder = try folder()
    let end = try #require(try lines(try step(0, folder, "--recipe p1-baseline --batch 263")).last)
    #expect((end["windows"]?.int, end["steps"]?.int, end["left_over"]?.int) == (263, 1, 1))
    // A stream shorter than a batch is one short batch.
    let short = try #require(try lines(try step(0, folder, "--recipe p1-baseline --batch 1000")).last)
    #expect((short["windows"]?.int, short["steps"]?.int, short["left_over"]?.int) == (264, 1, 0))
  }

  @Test(arguments: ["p1-baseline", "p4-rollout --epoch 7", "p8-mixture"])
  func theSameStepsGiveTheSameBytes(_ recipe: String) throws {
    let model =
      recipe == "p8-mixture" ? "--arch mixture-lstm --hidden 8 --layers 1" : "--arch lstm --hidden 8 --layers 1"
    let (once, again) = (try folder(model), try folder(model))
    for folder in [once, again] {
      #expect(try step(0, folder, "--recipe \(recipe) --batch 32").status == 0)
      #expect(try step(1, folder, "--batch 32").status == 0)
    }
    #expect(try once.bytes(of: "e2.safetensors") == again.bytes(of: "e2.safetensors"))
    #expect(try once.bytes(of: "e2.safetensors") != once.bytes(of: "e1.safetensors"))
    // Another seed drops other activations.
    #expect(try step(0, once, "--recipe \(recipe) --batch 32 --seed 3", out: "other.safetensors").status == 0)
    #expect(try once.bytes(of: "other.safetensors") != once.bytes(of: "e1.safetensors"))
  }

  @Test(arguments: ["KILL", "INT", "TERM"])
  func whoEndsItInTheMiddleKeepsTheOldCheckpoint(_ signal: String) throws {
    let folder = try folder()
    let old = Array("the old one".utf8)
    try folder.write(old, to: "e1.safetensors")
    let script = """
      { head -c 16000 w.nvs; sleep 2; } | timeout -s \(signal) 0.5 \
        train-step --model e0.safetensors --out e1.safetensors --recipe p1-baseline --log-every 1 > lines
      """
    let run = try shell(script, in: folder)
    #expect(run.status != 0)
    #expect(try folder.text(of: "lines").contains("\"step\""), "it was in the middle of its work")
    #expect(try folder.bytes(of: "e1.safetensors") == old)
    if signal != "KILL" { #expect(folder.names == ["e0.safetensors", "e1.safetensors", "lines", "w.nvs"]) }
  }

  @Test func aStreamCutShortGivesNoCheckpoint() throws {
    let folder = try folder()
    let run = try shell(
      "head -c 16000 w.nvs | train-step --model e0.safetensors --out e1.safetensors --recipe p1-baseline", in: folder)
    #expect(run.status == 65)
    #expect(folder.names == ["e0.safetensors", "w.nvs"])
  }

  @Test func divergenceIsReportedWithItsStep() throws {
    let folder = try folder("--arch transformer --width 8 --heads 2 --layers 1")
    var rows = Frame(dim: 8)
    for chunk in 0..<40 {
      // Chunk 20 is the target of window 17, the first of the third batch's to meet it.
      let size: Float = chunk < 20 ? 1 : 3e37
      rows.append(
        Key(article: 1, chunk: UInt32(chunk)), (0..<8).map { size * Float(($0 * 7 + chunk * 5) % 11 - 5) / 5 })
    }
    try folder.write(try run("seq-build", ["--ctx", "3", "-q"], input: chunkStream([rows])).output, to: "w.nvs")
    let run = try step(0, folder, "--recipe p1-baseline --batch 8 --log-every 1")
    #expect(run.status == 65)
    let last = try #require(try lines(run).last)
    #expect(last["event"]?.string == "alarm")
    #expect(last["alarms"] == ["divergence"])
    #expect(last["step"]?.int == 3)
    #expect(run.errors.contains("step 3: term mse is nan: training has diverged"))
    #expect(folder.names == ["e0.safetensors", "w.nvs"])
  }

  @Test(arguments: [
    ("--recipe p1-baseline --epoch 3", 65, "epoch 1 is done: expected --epoch 2, found --epoch 3"),
    ("--recipe none-such", 66, "none-such: there is no recipe of this name"),
    ("--recipe ./none-such.json", 66, "./none-such.json: cannot be opened"),
    ("--recipe bad.json", 65, "bad.json: terms[0].weigth: unknown key"),
    ("--recipe p1-baseline --val e0.safetensors", 65, "e0.safetensors: "),
    ("--recipe p1-baseline --stop-on backward,sideways", 64, "--stop-on"),
    ("--recipe p1-baseline --out none/e.safetensors", 73, "none/e.safetensors: cannot be created"),
    ("--recipe p1-baseline --model w.nvs", 65, "w.nvs: "),
  ])
  func faultsAreReportedAndNothingIsWritten(_ arguments: String, _ status: Int, _ words: String) throws {
    let folder = try folder()
    #expect(try step(0, folder).status == 0)
    try folder.write(
      Array(#"{"name": "bad", "terms": [{"term": "mse", "weight": 1, "weigth": 2}]}"#.utf8), to: "bad.json")
    let run = try step(1, folder, arguments)
    #expect(Int(run.status) == status)
    #expect(run.errors.contains(words), "\(run.errors)")
    #expect(folder.names == ["bad.json", "e0.safetensors", "e1.safetensors", "w.nvs"])
  }

  @Test(arguments: [
    (
      "vec-synth --process ar --articles 4 --chunks 9 --dim 8 -q | seq-build --ctx 5 -q",
      "takes 3 context chunks, the windows have 5"
    ),
    (
      "vec-synth --process ar --articles 4 --chunks 9 --dim 6 -q | seq-build --ctx 3 -q",
      "takes vectors of 8 entries, the windows' have 6"
    ),
    (
      "vec-synth --process ar --articles 4 --chunks 2 --dim 8 -q | seq-build --ctx 3 -q",
      "expected two windows or more, found 0"
    ),
    (
      "vec-synth --process ar --articles 1 --chunks 4 --dim 8 -q | seq-build --ctx 3 -q",
      "expected two windows or more, found 1"
    ),
    ("vec-synth --process ar --articles 4 --chunks 9 --dim 8 -q", "expected windows, found chunks"),
  ])
  func windowsThatDoNotFitAreRejected(_ source: String, _ words: String) throws {
    let folder = try folder()
    let run = try shell(
      "\(source) | train-step --model e0.safetensors --out e1.safetensors --recipe p1-baseline", in: folder)
    #expect(run.status == 65)
    #expect(run.errors.contains(words), "\(run.errors)")
    #expect(folder.names == ["e0.safetensors", "w.nvs"])
  }

  @Test func aTermThatNeedsMoreOfTheTextSaysWhat() throws {
    let folder = try folder()
    let source = "vec-synth --process ar --articles 4 --chunks 9 --dim 8 -q | seq-build --ctx 3 -q"
    let train = "train-step --model e0.safetensors --out e1.safetensors --recipe p4-rollout"
    let run = try shell("\(source) | \(train) --epoch 4", in: folder)
    #expect(run.status == 65)
    #expect(run.errors.contains("rollout needs 2 chunks after the target") && run.errors.contains("--futures 2"))
    // In the first epochs P4 is P1.
    #expect(try shell("\(source) | \(train)", in: folder).status == 0)
  }

  @Test func recipesComeFromAFolderOfOnesOwn() throws {
    let folder = try folder()
    try folder.write(
      Array(#"{"name": "mine", "batch": 16, "terms": [{"term": "mse", "weight": 1}]}"#.utf8), to: "mine.json")
    let train = "train-step --model e0.safetensors --out e1.safetensors --recipe mine w.nvs"
    let run = try shell("NEXTVEC_RECIPES=$PWD \(train)", in: folder)
    #expect(run.status == 0, "\(run.errors)")
    #expect(try lines(run).last?["steps"]?.int == 17)
    #expect(try shell(train, in: folder).status == 66)
  }

  @Test func aRequestedAlarmIsAnAnswer() throws {
    let folder = try folder()
    // After a step the model knows nothing yet: it is farther from the target than half-way.
    let run = try step(0, folder, "--recipe p1-baseline --max-steps 1 --stop-on copy-last,orthogonal-escape,backward")
    let end = try #require(try lines(run).last)
    let alarms = try #require(end["alarms"]?.array)
    #expect(end["steps"]?.int == 1)
    #expect(!alarms.isEmpty && run.status == 1)
    #expect(folder.names.contains("e1.safetensors"))
    #expect(try step(0, folder, "--recipe p1-baseline --max-steps 1 --stop-on divergence").status == 0)
  }
}
