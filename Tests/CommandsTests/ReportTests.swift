import Commands
import Failures
import JSON
import Testing

private let manual = Manual(
  name: "direction-diagnose", purpose: "p", options: [CommonOptions.label, CommonOptions.output, CommonOptions.format],
  memory: "constant", example: "e")

private func report(_ words: String...) throws -> Report {
  Report(
    try Arguments.parse(words, manual: manual), source: ["tool": "npz-read"],
    fields: [
      ("windows", 1200), ("coherence", 0.41234567), ("profile", ["-3": 0.1, "3": 0.2, "-10": nil]), ("arrow", true),
      ("pass", false),
    ])
}

@Test func everyReportCarriesItsOrigin() throws {
  let json = try report("--label", "VAL").json
  #expect(json["schema"] == "direction-diagnose/1")
  #expect(json["tool"] == "direction-diagnose")
  #expect(json["version"] == .string(Release.version))
  #expect(json["label"] == "VAL")
  #expect(json["source"]?["tool"] == "npz-read")
  #expect(json["coherence"] == 0.41234567)
  #expect(try report().json["label"] == .some(.null))
}

@Test func peopleSeeOneFieldALine() throws {
  #expect(
    try report("--label", "VAL").text == """
      direction-diagnose: VAL

      windows    1200
      coherence  0.4123
      profile
        -10      -
        -3       0.1000
        3        0.2000
      arrow      yes
      pass       FAIL

      """)
}

@Test func columnsAlignTextLeftAndNumbersAtTheirPoints() {
  var table = Table()
  table.section(
    "similarity", columns: ["slot", "cosine", "", "gate"],
    rows: [
      [.count(1), .figure(0.41234567), "near", .mark(true)], [.count(12), .figure(0.0123456), "x", .mark(false)],
      [.count(3), .figure(nil), "y", .mark(nil)],
    ])
  table.section(rows: [["time", .figure(12.25, unit: "s")], ["windows", .count(1_234_567)]])
  #expect(
    table.text == """
      similarity
        slot   cosine        gate
           1  0.4123   near  pass
          12  0.01235  x     FAIL
           3  -        y     n/a

      time          12.2500 s
      windows  1234567

      """)
}

@Test func aReportIsWrittenToTheFileThatIsNamed() throws {
  try withDirectory { directory in
    let words = ["--output", directory + "/report.json"]
    try report().write(try Arguments.parse(words, manual: manual))
    #expect(try contents(directory + "/report.json") == report().json.text + "\n")
    try report().write(try Arguments.parse(words + ["--format", "table"], manual: manual))
    #expect(try contents(directory + "/report.json") == report().text)
    #expect(names(in: directory) == ["report.json"])
  }
}
