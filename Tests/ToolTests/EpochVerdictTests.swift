import JSON
import TestSupport
import Testing

/// `epoch-verdict`: the best epoch, what stops a training, and the sentences about it.
@Suite struct EpochVerdictTests {
  private static let step = #"{"event": "step", "epoch": 1, "step": 50, "loss": 0.5}"#

  private func line(
    _ epoch: Int, cosine: String = "0.5", alarms: String = "", margin: Double = 0.05, recall: Double = 0.7
  ) -> String {
    let list = alarms.split(separator: ",").map { "\"\($0)\"" }.joined(separator: ", ")
    return Self.step + "\n"
      + #"{"event": "epoch", "epoch": \#(epoch), "loss": 0.1234567, "lr": 0.0005, "windows_per_second": 1234.5, "#
      + #""alarms": [\#(list)], "val": {"cos_next": \#(cosine), "margin": \#(margin), "r_at_5": \#(recall)}}"# + "\n"
  }

  private func gates(margin: Double) -> String {
    #"{"tool": "offset-sweep", "margin": 9}"# + "\n" + #"{"tool": "gate-verdict", "margin": \#(margin), "#
      + #""verdict": "do-not-deploy", "gates": {"A": {"pass": true}, "B": {"pass": false}, "C": {"pass": true}}}"#
      + "\n"
  }

  /// Runs the tool on files, and gives the report.
  private func verdict(
    _ files: [String: String], _ arguments: String, status: Int32 = 0
  ) throws -> JSON {
    let folder = try Folder()
    for (name, text) in files { try folder.write(text.utf8, to: name) }
    let run = try run("epoch-verdict", arguments.split(separator: " ").map(String.init), in: folder)
    #expect(run.status == status, "\(run.errors)")
    return try JSON(parsing: String(decoding: run.output, as: UTF8.self))
  }

  @Test(arguments: [
    (2, "0.5", 1, "0.4", true), (2, "0.5", 1, "0.5", false), (2, "0.5", 1, "0.50001", false),
    // An epoch that is done again is not beaten by itself, nor by a later one.
    (2, "0.5", 2, "0.5", true), (2, "0.5", 3, "0.9", true),
    // A figure beats none.
    (2, "0.5", 1, "null", true), (2, "null", 1, "0.1", false), (2, "null", 1, "null", false),
  ])
  func theHighestCosineIsTheBest(_ epoch: Int, _ cosine: String, _ best: Int, _ bestCosine: String, _ isBest: Bool)
    throws
  {
    let files = ["n.jsonl": line(epoch, cosine: cosine), "best.json": line(best, cosine: bestCosine)]
    let report = try verdict(files, "--best best.json n.jsonl")
    #expect((report["epoch"]?.int, report["is_best"]?.bool, report["go_on"]?.bool) == (epoch, isBest, true))
    #expect(report["reason"] == .null)
    #expect(try verdict(files, "n.jsonl")["is_best"]?.bool == true)
  }

  @Test func alarmsThatWereAskedForStop() throws {
    let files = ["n.jsonl": line(3, alarms: "copy-last,orthogonal-escape")]
    let report = try verdict(files, "--stop-on orthogonal-escape,backward n.jsonl", status: 1)
    #expect(report["go_on"]?.bool == false)
    #expect(report["stopping_alarms"] == ["orthogonal-escape"])
    #expect(report["reason"]?.string == "stopped after epoch 3: orthogonal-escape")
    #expect(try verdict(files, "n.jsonl")["go_on"]?.bool == true)
    #expect(try verdict(files, "--stop-on divergence n.jsonl")["go_on"]?.bool == true)
  }

  @Test func aNegativeMarginOfThe5CATIsBackward() throws {
    let files = ["n.jsonl": line(3), "good.json": gates(margin: 0), "bad.json": gates(margin: -0.001)]
    #expect(try verdict(files, "--stop-on backward --5cat good.json n.jsonl")["go_on"]?.bool == true)
    #expect(try verdict(files, "--stop-on copy-last --5cat bad.json n.jsonl")["go_on"]?.bool == true)
    let report = try verdict(files, "--stop-on backward --5cat bad.json n.jsonl", status: 1)
    #expect(report["reason"]?.string == "stopped after epoch 3: backward, by the 5CAT's margin")
  }

  private static let recipe = """
    {"name": "r", "terms": [{"term": "mse", "weight": 1}], "stages": [
      {"name": "A", "top": 0.3, "from": 1, "gates": {"margin": 0.04, "r_at_5": 0.6}},
      {"name": "B", "top": 0.6, "from": 3, "gates": {"rollout": 0.46}}, {"name": "C", "top": 1, "from": 5}]}
    """

  @Test func aStageMustReachItsGatesBeforeTheNextBegins() throws {
    func files(_ epoch: Int, margin: Double, recall: Double) -> [String: String] {
      ["r.json": Self.recipe, "n.jsonl": line(epoch, margin: margin, recall: recall)]
    }
    #expect(try verdict(files(2, margin: 0.04, recall: 0.6), "--recipe ./r.json n.jsonl")["go_on"]?.bool == true)
    // Not at the end of a stage.
    #expect(try verdict(files(1, margin: 0, recall: 0), "--recipe ./r.json n.jsonl")["go_on"]?.bool == true)
    let failed = files(2, margin: 0.0399999, recall: 0.7)
    let report = try verdict(failed, "--recipe ./r.json n.jsonl", status: 1)
    #expect(report["failed_gates"]?["margin"]?["minimum"]?.double == 0.04)
    #expect(report["failed_gates"]?["r_at_5"] == nil)
    #expect(report["reason"]?.string == "stage A failed its gates: margin 0.0399999, at least 0.04 is required")
    let ignored = try verdict(failed, "--recipe ./r.json --ignore-gates n.jsonl")
    #expect(ignored["go_on"]?.bool == true)
    #expect(ignored["reason"]?.string == report["reason"]?.string)
  }

  @Test func aGateForTheRolloutNeedsItsReport() throws {
    var files = [
      "r.json": Self.recipe, "n.jsonl": line(4), "rollout.json": #"{"tool": "rollout-eval", "mean_cos": 0.45}"#,
    ]
    let report = try verdict(files, "--recipe ./r.json --rollout rollout.json n.jsonl", status: 1)
    #expect(report["failed_gates"]?["rollout"]?["value"]?.double == 0.45)
    files["rollout.json"] = #"{"tool": "rollout-eval", "mean_cos": 0.46}"#
    #expect(try verdict(files, "--recipe ./r.json --rollout rollout.json n.jsonl")["go_on"]?.bool == true)
    let folder = try Folder()
    for (name, text) in files { try folder.write(text.utf8, to: name) }
    let run = try run("epoch-verdict", ["--recipe", "./r.json", "n.jsonl"], in: folder)
    #expect(run.status == 64)
    #expect(run.errors.contains("--rollout: expected a report of rollout-eval"))
  }

  @Test func linesForPeople() throws {
    let folder = try Folder()
    try folder.write(line(3, cosine: "0.51236", alarms: "copy-last,backward", margin: -0.05).utf8, to: "n.jsonl")
    try folder.write(gates(margin: -0.16194).utf8, to: "cat.json")
    let whole = try run("epoch-verdict", ["--line", "--5cat", "cat.json", "n.jsonl"], in: folder)
    #expect(
      String(decoding: whole.output, as: UTF8.self) == """
        epoch 3: loss 0.123457, val cosine 0.5124, margin -0.05, R@5 0.7, lr 0.0005, 1235 windows/s; \
        alarms: copy-last, backward; 5CAT margin -0.1619, gates A-C do-not-deploy

        """)
    let summary = try run("epoch-verdict", ["--summary", "n.jsonl"], in: folder)
    #expect(String(decoding: summary.output, as: UTF8.self) == "epoch 3, cosine 0.5124\n")
  }

  @Test(arguments: [
    ("", "n.jsonl", "expected the line of an epoch's end last"),
    (Self.step + "\n", "n.jsonl", "expected the line of an epoch's end last"),
    ("{\"event\": \"epoch\"", "n.jsonl", "line 1"), (Self.step, "--5cat n.jsonl good.jsonl", "n.jsonl"),
    (Self.step, "--best n.jsonl good.jsonl", "n.jsonl: expected the line of an epoch's end last"),
  ])
  func aFileCutShortIsNoEpoch(_ text: String, _ arguments: String, _ problem: String) throws {
    let folder = try Folder()
    try folder.write(text.utf8, to: "n.jsonl")
    try folder.write(line(1).utf8, to: "good.jsonl")
    let run = try run("epoch-verdict", arguments.split(separator: " ").map(String.init), in: folder)
    #expect(run.status == 65)
    #expect(run.errors.contains(problem), "\(run.errors)")
    #expect(run.output.isEmpty)
  }

  @Test func anUnknownAlarmIsRejected() throws {
    let run = try run("epoch-verdict", ["--stop-on", "copy-first", "n.jsonl"])
    #expect(run.status == 64)
    #expect(run.errors.contains("orthogonal-escape"))
  }
}
