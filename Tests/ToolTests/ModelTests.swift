import JSON
import TestSupport
import Testing

/// Models from the command line: they begin, are described, and are averaged.
@Suite struct ModelTests {
  static let small = ["--dim", "4", "--width", "8", "--layers", "1", "--heads", "2"]

  static func make(_ name: String, seed: Int = 1, in folder: Folder) throws {
    let made = try run(
      "model-init", ["--arch", "transformer", "--seed", "\(seed)", "-o", name] + small, in: folder)
    #expect(made.status == 0, "\(made.errors)")
    #expect(made.output == [])
  }

  @Test func equalSeedsGiveEqualBytes() throws {
    let folder = try Folder()
    for (name, seed) in [("a", 1), ("b", 1), ("c", 2)] { try Self.make(name, seed: seed, in: folder) }
    #expect(try folder.bytes(of: "a") == folder.bytes(of: "b"))
    #expect(try folder.bytes(of: "a") != folder.bytes(of: "c"))
    #expect(folder.names == ["a", "b", "c"])
  }

  @Test func theFileHasThreeNames() throws {
    let folder = try Folder()
    for flag in ["-o", "--out", "--output"] {
      let made = try run(
        "model-init", ["--arch", "lstm", "--hidden", "3", "--dim", "2", flag, "m" + flag], in: folder)
      #expect(made.status == 0, "\(made.errors)")
    }
    #expect(folder.names == ["m--out", "m--output", "m-o"])
    let twice = try run("model-init", ["--arch", "lstm", "--dim", "2", "--out", "a", "--output", "b"], in: folder)
    #expect(twice.status == 64)
  }

  @Test func reportHasItsFields() throws {
    let folder = try Folder()
    try Self.make("m", in: folder)
    let found = try run("model-info", ["m", "--tensors", "--label", "first"], in: folder)
    let report = try #require(found.json)
    let expected: [String: JSON] = [
      "schema": "model-info/1", "label": "first", "architecture": "transformer", "dim": 4, "context": 5, "width": 8,
      "hidden": nil, "layers": 1, "heads": 2, "dropout": 0.1, "residual": "none", "positional_scalar": false,
      "positional_scale": 0, "last_slot_bias": 0, "constants": 800, "recipe": nil, "epoch": nil, "step": nil,
      "history": nil, "moments": false, "extras": [], "notes": [:], "source": nil,
    ]
    for (name, value) in expected { #expect(report[name] == value, "\(name): \(report[name]?.text ?? "missing")") }
    #expect(report["bytes"]?.int == (try folder.bytes(of: "m").count))
    let tensors = try #require(report["tensors"]?.array)
    #expect(tensors.first == ["name": "input_proj.weight", "shape": [8, 4], "type": "F32", "learnt": true])
    #expect(tensors.contains(["name": "pos_encoder.pe", "shape": [1, 100, 8], "type": "F32", "learnt": false]))
    let sizes = tensors.map { ($0["shape"]?.array ?? []).compactMap(\.int).reduce(1, *) }
    #expect(report["parameters"]?.int == sizes.reduce(0, +) - 800)
    #expect(try run("model-info", ["m"], in: folder).json?["tensors"] == nil)
    let table = try run("model-info", ["m", "--tensors", "--format", "table"], in: folder)
    #expect(table.text.contains("head.3.weight") && table.text.contains("4 x 8"))
  }

  @Test func brokenModelsAreRejected() throws {
    let folder = try Folder()
    try Self.make("m", in: folder)
    let whole = try folder.bytes(of: "m")
    try folder.write(whole.dropLast(), to: "cut")
    var damaged = whole
    damaged.replaceSubrange(whole.count - 4..<whole.count, with: [0, 0, 0xC0, 0x7F])
    try folder.write(damaged, to: "nan")
    for (command, status, says) in [
      ("model-info cut", 65, "cut: head.3.bias: expected data_offsets within"),
      ("model-info absent", 66, "absent: cannot be opened"),
      ("model-info .", 66, ".: expected a file"),
      ("model-average m nan -o out", 65, "nan: head.3.bias: expected finite"),
      ("model-average m absent -o out", 66, "absent: cannot be opened"),
    ] as [(String, Int32, String)] {
      let found = try shell(command, in: folder)
      #expect(found.status == status)
      #expect(found.errors.contains(says), "\(found.errors)")
    }
    #expect(folder.names == ["cut", "m", "nan"])
  }

  @Test func sizesThatAnArchitectureLacksAreRejected() throws {
    for (flags, says) in [
      ("--arch lstm --heads 4", "--heads 4: expected no --heads: lstm has none"),
      ("--arch transformer --hidden 4", "--hidden 4"), ("--arch transformer --heads 7", "--heads 7"),
      ("--arch transformer --width 100", "--width 100"), ("--arch perceptron", "--arch perceptron"),
      ("--arch ridge", "--arch ridge"), ("--arch lstm --dropout 1", "--dropout 1"),
      ("--arch lstm --dim 0", "--dim"),
    ] {
      let found = try shell("model-init \(flags) \(flags.contains("--dim") ? "" : "--dim 8") -o /dev/null")
      #expect(found.status == 64)
      #expect(found.errors.contains(says), "\(found.errors)")
    }
    #expect(try run("model-init", ["--arch", "lstm", "--dim", "4"]).errors.contains("--out is missing"))
  }

  @Test func theMeanOfEqualModelsIsTheirs() throws {
    let folder = try Folder()
    try Self.make("a", in: folder)
    #expect(try shell("model-average a a a -o b && cmp a b", in: folder).status == 0)
  }

  @Test func outerStepsGoOnFromTheLast() throws {
    let folder = try Folder()
    for (name, seed) in [("base", 1), ("a", 2), ("b", 3)] { try Self.make(name, seed: seed, in: folder) }
    let first = try shell("model-average --outer nesterov --base base a b -o m1", in: folder)
    #expect(first.status == 0, "\(first.errors)")
    let extras = try run("model-info", ["m1"], in: folder).json?["extras"]?.array ?? []
    #expect(extras.contains("training.extra.outer_momentum.head.3.bias"))
    #expect(try shell("model-average --outer nesterov --base m1 a b -o m2", in: folder).status == 0)
    // Rate 1 without momentum gives the mean.
    let way = "model-average --outer nesterov --lr 1 --momentum 0 --base base a a -o m3 && model-average m3 m3 -o m4"
    #expect(try shell("\(way) && cmp m4 a", in: folder).status == 0)
  }

  @Test func flagsOfTheOuterStepBelongTogether() throws {
    let folder = try Folder()
    try Self.make("a", in: folder)
    #expect(
      try run("model-init", ["--arch", "lstm", "--dim", "4", "--hidden", "2", "-o", "l"], in: folder).status == 0)
    for (flags, status, says) in [
      ("a --lr 0.5", 64, "--outer nesterov"), ("a --base a", 64, "--outer nesterov"),
      ("a --outer nesterov", 64, "--base FILE"), ("a a --weights 1", 64, "2 numbers"),
      ("a --weights 0", 64, "not all 0"),
      ("a l", 65, "architecture: transformer and lstm"), ("a --outer nesterov --base l", 65, "architecture"),
    ] as [(String, Int32, String)] {
      let found = try shell("model-average \(flags) -o out", in: folder)
      #expect(found.status == status)
      #expect(found.errors.contains(says), "\(found.errors)")
    }
    #expect(!folder.names.contains("out"))
  }
}
