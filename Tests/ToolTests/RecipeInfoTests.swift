import Glibc
import JSON
import TestSupport
import Testing

/// `recipe-info`: recipes in full, and what holds in one epoch.
@Suite struct RecipeInfoTests {
  private static let recipes = Tools.root + "/pipelines/recipes"
  private static let names = Folder.names(in: recipes).filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }

  private func info(_ arguments: String...) throws -> JSON {
    let run = try run("recipe-info", arguments)
    #expect(run.status == 0, "\(run.errors)")
    return try JSON(parsing: String(decoding: run.output, as: UTF8.self))
  }

  private func keys(_ json: JSON?) -> Set<String> { Set((json?.object ?? [:]).keys) }

  /// Every member of a recipe is in its complete form, with the same value.
  private func expect(_ whole: JSON?, contains part: JSON, at path: String) {
    if let members = part.object {
      for (key, value) in members { expect(whole?[key], contains: value, at: "\(path).\(key)") }
    } else if let list = part.array {
      #expect(whole?.array?.count == list.count, "\(path)")
      for (index, value) in list.enumerated() {
        expect(
          whole?.array.flatMap { $0.indices.contains(index) ? $0[index] : nil }, contains: value,
          at: "\(path)[\(index)]")
      }
    } else if let number = part.double {
      #expect(whole?.double == number, "\(path)")
    } else {
      #expect(whole == part, "\(path)")
    }
  }

  @Test(arguments: names) func everyKeyIsThereAndWhatIsPrintedIsARecipe(_ name: String) throws {
    let whole = try info(name)
    expect(whole, contains: try JSON(parsing: Folder.text(of: "\(Self.recipes)/\(name).json")), at: name)
    #expect(
      keys(whole) == [
        "name", "description", "data", "model", "batch", "epochs", "lr", "weight_decay", "clip", "plateau", "schedule",
        "select", "augment", "gate_weights", "stages", "terms",
      ])
    #expect(keys(whole["data"]) == ["offset", "previous", "negatives", "futures", "gate"])
    #expect(
      keys(whole["model"]) == [
        "arch", "residual", "width", "hidden", "layers", "heads", "dropout", "positional_scalar", "last_slot_bias",
      ])
    for stage in whole["stages"]?.array ?? [] { #expect(keys(stage["gates"]) == ["margin", "r_at_5", "rollout"]) }
    let rules: Set = [
      "term", "gated", "weight", "fraction", "min", "max", "rho", "adaptive", "confidence", "sign_skip",
    ]
    for term in whole["terms"]?.array ?? [] { #expect(keys(term).isSuperset(of: rules)) }
    let folder = try Folder()
    try folder.write(whole.text.utf8, to: "whole.json")
    #expect(try info(folder("whole.json")).text == whole.text)
  }

  /// A recipe that leaves out what it may.
  private static let brief = """
    {"name": "brief", "data": {"negatives": 2}, "terms": [{"term": "mse", "weight": 1}, {"term": "info-nce", "weight": {"2": 0.1}},
      {"term": "directional-gap-ratio", "gap_margin": 0.02, "rho": {"target": 0.1, "cap": 0.3}, "max": 0.02}],
      "stages": [{"name": "A", "top": 0.5, "from": 1, "gates": {"margin": 0.02}}, {"name": "B", "top": 1, "from": 3}]}
    """

  @Test func defaultsAreFilledIn() throws {
    let folder = try Folder()
    let whole = try info(try folder.write(Self.brief.utf8, to: "brief.json"))
    #expect((whole["batch"]?.int, whole["epochs"]?.int, whole["lr"]?.double) == (32, 20, 0.0005))
    #expect((whole["data"]?["offset"]?.int, whole["data"]?["previous"]?.string) == (1, "context[-1]"))
    #expect((whole["model"]?["arch"]?.string, whole["model"]?["residual"]?.bool) == ("transformer", false))
    #expect((whole["plateau"], whole["augment"], whole["data"]?["gate"]) == (.null, .null, .null))
    let terms = try #require(whole["terms"]?.array)
    #expect(terms[0]["max"] == .null)
    #expect(terms[1]["temperature"]?.double == 0.07)
    #expect(["ratio_margin", "gamma", "alpha"].map { terms[2][$0]?.double } == [0.05, 4, 0.7])
    #expect((terms[2]["fraction"]?.double, terms[2]["weight"]) == (0.1, .null))
  }

  /// train-step makes the same bytes of a recipe and of its complete form.
  @Test(arguments: ["p4-rollout", "p6b-v2.3", "p8-mixture", "brief"])
  func theCompleteFormTrainsToTheSameBytes(_ name: String) throws {
    let folder = try Folder()
    let recipe = name == "brief" ? try folder.write(Self.brief.utf8, to: "brief.json") : name
    let script = """
      vec-synth --process rotation --articles 12 --chunks 14 --dim 8 -q | seq-build --ctx 3 --futures 2 --negatives 2 -q > w.nvs
      model-init --arch \(name == "p8-mixture" ? "mixture-lstm" : "lstm") --hidden 8 --layers 1 --dim 8 --ctx 3 --out 0.safetensors -q
      recipe-info \(recipe) > whole.json
      train-step --model 0.safetensors --recipe \(recipe) --out brief.safetensors -q w.nvs > lines &&
        train-step --model 0.safetensors --recipe ./whole.json --out whole.safetensors -q w.nvs > lines
      """
    let run = try shell("export NEXTVEC_RECIPES=\(Self.recipes)\n" + script, in: folder)
    #expect(run.status == 0, "\(run.errors)")
    #expect(try folder.bytes(of: "brief.safetensors") == folder.bytes(of: "whole.safetensors"))
  }

  @Test func anEpochHasItsStageItsGatesAndItsWeights() throws {
    let folder = try Folder()
    let path = try folder.write(Self.brief.utf8, to: "brief.json")
    let first = try info("--epoch", "1", path)
    #expect((first["epoch"]?.int, first["stage"]?.string, first["top"]?.double) == (1, "A", 0.5))
    #expect((first["begins_stage"], first["gates"]) == (true, [:]))
    #expect(keys(first["terms"]) == ["mse", "directional-gap-ratio"])
    let second = try info("--epoch", "2", path)
    #expect((second["begins_stage"], second["gates"]) == (false, [:]))
    #expect(second["terms"]?["info-nce"]?["weight"]?.double == 0.1)
    let third = try info("--epoch", "3", path)
    #expect((third["stage"]?.string, third["top"]?.int, third["begins_stage"]) == ("B", 1, true))
    #expect(third["gates"] == ["margin": 0.02])
    let plain = try info("--epoch", "7", "p1-baseline")
    #expect((plain["stage"], plain["top"]?.int, plain["begins_stage"], plain["gates"]) == (.null, 1, false, [:]))
    #expect((plain["batch"]?.int, plain["lr"]?.double) == (32, 0.0005))
  }

  @Test(arguments: [
    ("none-such", 66, "none-such: there is no recipe of this name"), ("./none-such.json", 66, "cannot be opened"),
    ("bad.json", 65, "bad.json: terms[0].weigth: unknown key"), ("/", 66, "is a folder"),
  ])
  func faultsAreReported(_ word: String, _ status: Int32, _ problem: String) throws {
    let folder = try Folder()
    try folder.write(#"{"name": "x", "terms": [{"term": "mse", "weight": 1, "weigth": 1}]}"#.utf8, to: "bad.json")
    let run = try run("recipe-info", ["-o", "out.json", word], in: folder)
    #expect(run.status == status)
    #expect(run.errors.contains(problem), "\(run.errors)")
    #expect(folder.names == ["bad.json"])
  }

  @Test func aTableIsForPeople() throws {
    let run = try run("recipe-info", ["--format", "table", "p6b-v2.3"])
    #expect(run.status == 0)
    let lines = String(decoding: run.output, as: UTF8.self).split(separator: "\n")
    #expect(lines.first?.hasPrefix("name") ?? false)
    #expect(lines.contains { $0.hasPrefix("lr") && $0.hasSuffix("0.0005") })
  }
}
