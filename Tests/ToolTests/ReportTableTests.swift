import TestSupport
import Testing

/// `report-table`: what follows from the figures of reports.
@Suite struct ReportTableTests {
  private func show(_ view: String, _ lines: [String]) throws -> Run {
    try run("report-table", ["--view", view], input: Array((lines.joined(separator: "\n") + "\n").utf8))
  }

  /// Checks that the view succeeds and shows these words.
  private func expect(_ words: [String], in view: String, _ lines: [String]) throws {
    let shown = try show(view, lines)
    #expect(shown.status == 0 && shown.errors == "")
    for words in words { #expect(shown.text.contains(words), "\(view): \(words): \(shown.text)") }
  }

  private func diagnosis(coherence: String, order: Bool) -> String {
    let passes = coherence >= "0.4"
    return #"{"tool":"direction-diagnose","pass":\#(passes && order),"gates":{"temporal_order":{"pass":\#(order)},"#
      + #""coherence":{"value":\#(coherence),"minimum":0.4,"pass":\#(passes)}}}"#
  }

  @Test func failedGatesAreNamedWithTheirValues() throws {
    #expect(try show("failed-gates", [diagnosis(coherence: "0.5", order: true)]).output == [])
    let both = try show("failed-gates", [diagnosis(coherence: "0.31", order: false)])
    #expect(both.text == "coherence 0.31, at least 0.4 is required; temporal_order does not hold\n")
    try expect(["Every gate passes"], in: "diagnosis", [diagnosis(coherence: "0.5", order: true)])
    try expect(["Not every gate passes (coherence)"], in: "diagnosis", [diagnosis(coherence: "0.31", order: true)])
  }

  @Test func failedGatesAreThoseOfARealDiagnosis() throws {
    let found = try shell(
      """
      vec-synth --process ar --rho 0 --articles 20 --chunks 12 --dim 64 | seq-build | direction-diagnose > report
      echo $?
      report-table --view failed-gates report
      """, in: Folder())
    #expect(found.errors == "" && found.text.hasPrefix("1\n"))
    #expect(found.text.contains("coherence ") && found.text.contains(", at least 0.4 is required"))
  }

  @Test func theArrowHasADirection() throws {
    func arrow(_ fields: String) -> [String] { [#"{"tool":"arrow-test",\#(fields)}"#] }
    try expect(["Yes, beyond chance", "the past slightly better"], in: "arrow", arrow(#""arrow":true,"ci95":[-0.2,-0.1]"#))
    try expect(["None is found", "the future better"], in: "arrow", arrow(#""arrow":false,"ci95":[0.1,0.2]"#))
    try expect(["equally well in both directions"], in: "arrow", arrow(#""arrow":false,"ci95":[-0.1,0.2]"#))
    let short = try show("arrow", arrow(#""arrow":false,"ci95":null"#))
    #expect(short.text.split(separator: "\n").count == 1)
  }

  private func epoch(_ number: Int, _ next: String, _ last: String, alarms: String = "") -> String {
    #"{"event":"epoch","epoch":\#(number),"val":{"cos_next":\#(next),"cos_last":\#(last)},"alarms":[\#(alarms)]}"#
  }

  /// The order of lines does not count, other lines are left out, and of equal epochs the later is the best.
  @Test func aTrainingHasItsBestEpoch() throws {
    let alarms = #""copying","collapse""#
    let lines = [
      epoch(3, "0.5", "0.25", alarms: alarms), #"{"event":"batch","epoch":9}"#, epoch(1, "0.4", "0.6"),
      epoch(2, "0.5", "0.9", alarms: alarms), epoch(4, "0.4996", "0.6"),
    ]
    try expect(
      [
        "After epoch 1, predictions had a cosine of 0.400", "the best epoch, 3, has 0.500", "is 0.250",
        "what comes next more than what has been seen", "Alarms of that epoch: copying, collapse",
        "STOP_ON=copying would have stopped the training after epoch 2",
      ], in: "training", lines)
    try expect(["what has been seen more than what comes next"], in: "training", [epoch(1, "0.4", "0.6")])
    let short = try show("training", [epoch(1, "0.4", "null")])
    #expect(short.text.split(separator: "\n").count == 1)
  }

  private func scores(_ name: String, _ cosine: String) -> [String] {
    let predictor = name.isEmpty ? "" : #""predictor":"\#(name)","#
    return ["VAL", "OOD"].flatMap { label in
      [
        #"{\#(predictor)"tool":"ablation-eval","label":"\#(label)","base_cos":\#(cosine)}"#,
        #"{\#(predictor)"tool":"offset-sweep","label":"\#(label)","margin":-0.00004}"#,
        #"{\#(predictor)"tool":"retrieval-rank","label":"\#(label)","r_at_5":0.875}"#,
        #"{\#(predictor)"tool":"rollout-eval","label":"\#(label)","mean_cos":0.12345}"#,
      ]
    }
  }

  @Test func predictorsKeepTheirOrderAndTheOracleIsNotTheOneToBeat() throws {
    let lines = scores("ridge", "0.61") + scores("copy-last", "0.5") + scores("oracle", "1")
    let shown = try show("predictors", lines)
    let rows = shown.text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    #expect(rows[1] == ["ridge", "0.6100", "0.6100", "-0.0000", "0.8750", "0.1235"], "\(shown.text)")
    #expect(rows[2].first == "copy-last" && rows[3].first == "oracle")
    try expect(["ridge is the one to beat: 0.610"], in: "predictors", lines)
  }

  private func verdict(_ verdict: String, margin: String) -> String {
    #"{"tool":"gate-verdict","verdict":"\#(verdict)","margin":\#(margin),"passed":3,"min_gates":4}"#
  }

  @Test func aVerdictIsSetBesideThePredictors() throws {
    let others = scores("ridge", "0.61") + scores("copy-last", "0.5") + scores("oracle", "1")
    func lines(_ cosine: String, _ line: String) -> [String] { scores("", cosine) + [line] + others }
    let no = verdict("do-not-deploy", margin: "-0.1")
    try expect(
      ["0.550, beats copy-last, but not ridge", "do-not-deploy: 3 of 5 gates, 4 needed", "the margin is not positive"],
      in: "verdict", lines("0.55", no))
    try expect(["beats none of ridge, copy-last"], in: "verdict", lines("0.5", no))
    let yes = try show("verdict", lines("0.7", verdict("deploy", margin: "0.1")))
    #expect(yes.text.contains("beats ridge, copy-last.") && yes.text.contains("deploy: 3 of 5 gates, 4 needed."))
    #expect(!yes.text.contains("margin"))
  }

  /// Every figure of the calibration is gate-verdict's own.
  @Test func aCalibrationShowsEveryPredictorOnEveryGate() throws {
    func split(_ value: String) -> String { #""val":\#(value),"ood":\#(value)"# }
    func predictor(_ margin: String) -> String {
      #"{"gates":{"A":{\#(split(margin)),"pass":true},"B":{\#(split(#"{"r_at_1":0.7,"r_at_5":0.9}"#)),"pass":false},"#
        + #""C":{\#(split("-0.2")),"pass":true},"D":{\#(split("0.5")),"pass":true},"#
        + #""E":{\#(split("null")),"pass":false,"measurable":false}}}"#
    }
    let marks = #""A":["trivial_passes"],"B":["oracle_fails"],"C":[],"D":[],"E":[]"#
    let line =
      #"{"tool":"gate-verdict","calibration":{"marks":{\#(marks)},"predictors":{"oracle":\#(predictor("0.5")),"#
      + #""copy-last":\#(predictor("0.25"))}}}"#
    let shown = try show("calibration", [line])
    let rows = shown.text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    #expect(rows.filter { $0.first == "VAL" } == [
      ["VAL", "0.2500", "0.7000", "0.9000", "-0.2000", "0.5000", "-"],
      ["VAL", "0.5000", "0.7000", "0.9000", "-0.2000", "0.5000", "-"],
    ], "\(shown.text)")
    #expect(shown.text.contains("a trivial predictor passes") && shown.text.contains("even the oracle fails"))
    let bare = try show("calibration", [#"{"tool":"gate-verdict"}"#])
    #expect(bare.status == 65 && bare.errors.contains("gate-verdict --calibration FILE adds it"))
  }

  @Test(arguments: [
    ("diagnosis", "", "expected reports, found none"), ("arrow", "[]", "stdin: line 1: expected a report"),
    ("arrow", #"{"tool":"arrow-test"}"#, "arrow-test: arrow: expected true or false"),
    ("diagnosis", #"{"tool":"arrow-test"}"#, "expected a report of direction-diagnose"),
    ("failed-gates", #"{"tool":"direction-diagnose","pass":true}"#, "expected gates"),
    ("training", "{}", "expected the lines of epochs"), ("training", #"{"event":"epoch"}"#, "expected a whole number"),
    ("training", #"{"event":"epoch","epoch":1}"#, "val.cos_next: expected a number"),
    ("predictors", #"{"tool":"ablation-eval"}"#, "found no field predictor"),
    ("predictors", #"{"predictor":"x","tool":"ablation-eval","label":"VAL"}"#, "x: ablation-eval: base_cos"),
    ("verdict", #"{"tool":"gate-verdict"}"#, "a report of ablation-eval with the label VAL"),
    ("arrow", "{", "stdin: line 1"),
  ])
  func whatIsMissingIsOneError(_ view: String, _ line: String, _ words: String) throws {
    let found = try show(view, [line])
    #expect(found.status == 65 && found.output == [])
    #expect(found.errorLines.filter { $0.contains(": error: ") }.count == 1)
    #expect(found.errors.contains(words), "\(found.errors)")
  }
}
