import Failures
import Testing

@testable import Commands

@Test func aMessageIsOneLineWhateverItHolds() {
  #expect(oneLine("a\nb\r\t\u{1B}[31m\u{202E}\u{85}é", limit: 400) == "a\\nb\\r\\t\\u{1b}[31m\\u{202e}\\u{85}é")
}

@Test func aLongMessageLosesItsMiddle() {
  let text = "tool: error: " + String(repeating: "x", count: 1000) + ": no such file"
  let line = oneLine(text, limit: 400)
  #expect(line.count <= 400)
  #expect(line.hasPrefix("tool: error: x") && line.hasSuffix("x: no such file") && line.contains("..."))
  #expect(oneLine(String(repeating: "\n", count: 390), limit: 400).count <= 400)
}

@Test func aFailureUpstreamIsReportedInTheWordsOfItsOrigin() {
  let origin = FailureOrigin(tool: "seq-build", status: 65, reason: "stdin: row 3: not finite")
  let failure = Failure(.badData, "passed on", at: "stdin", origin: origin)
  #expect(Diagnostics.message(of: failure) == "upstream seq-build failed (65): stdin: row 3: not finite")
  #expect(Diagnostics.message(of: Failure(.badData, "bad", at: "stdin", "row 3")) == "stdin: row 3: bad")
}

@Test func theNearestNameIsAtMostTwoEditsAway() {
  let names = ["ctx", "offset", "by", "lr", "min-signal", "min-coherence"]
  #expect(Spelling.nearest(to: "cxt", among: names) == "ctx")
  #expect(Spelling.nearest(to: "offfset", among: names) == "offset")
  #expect(Spelling.nearest(to: "ofset", among: names) == "offset")
  #expect(Spelling.nearest(to: "off", among: names) == "offset")
  #expect(Spelling.nearest(to: "min", among: names) == "min-signal")
  #expect(Spelling.nearest(to: "xy", among: names) == "by")
  #expect(Spelling.nearest(to: "ok", among: names) == nil)
  #expect(Spelling.nearest(to: "", among: names) == nil)
}
