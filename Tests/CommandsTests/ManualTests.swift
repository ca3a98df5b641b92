import Commands
import Failures
import Testing

@Test func helpNamesEveryFlagWithItsRangeUnitAndDefault() {
  let help = Sample.manual.help
  #expect(help.hasPrefix("sample - a sample\n\nUsage: sample [OPTION ...] [FILE]\n"))
  for line in [
    "      --ctx N                 context length (1 to 512 chunks; default 5)",
    "      --min-signal X          smallest temporal signal (-1 to 1; default 0.08)",
    "      --lr X                  learning rate (above 0)",
    "      --dropout X             share of units left out (at least 0, below 1; default 0.1)",
    "      --normalize             scale rows to length 1",
    "      --by signal|delta       the score",
    "      --memory SIZE           memory to use (at least 1M; default 1G)",
    "      --ablated MODE=STREAM   predictions to compare (may be repeated)",
    "      --seed N                seed of every random choice (default 17)",
    "  -n, --limit N               report on the first N windows; the rest is still read and verified (at",
    "                              least 1)",
    "  -q, --quiet                 print no notes and no progress",
    "  -h, --help                  print this page",
  ] {
    #expect(help.contains(line + "\n"), "\(line)")
  }
}

@Test func helpFitsAHundredColumnsAndKeepsLinesThatBeginWithASpace() {
  var manual = Sample.manual
  manual.details = String(repeating: "words that go on ", count: 30) + "\n\nSecond:\n  a   b"
  manual.exits = [.answerIsNo: String(repeating: "a gate failed ", count: 12)]
  manual.seeAlso = ["stream-info", "npz-read"]
  let lines = manual.help.split(separator: "\n", omittingEmptySubsequences: false)
  #expect(lines.allSatisfy { $0.count <= 100 })
  #expect(lines.contains("  a   b") && lines.contains("Second:"))
  #expect(lines.contains("  stream-info, npz-read"))
  #expect(lines.contains { $0.hasPrefix("  1   a gate failed") })
}

@Test func statusOneIsListedOnlyWhereTheToolUsesIt() {
  #expect(!Sample.manual.help.contains("\n  1   "))
  #expect(Sample.manual.help.contains("\n  65  the data are malformed"))
}

@Test func requiredFlagsAreInTheUsageLine() {
  let out = Option.text("out", placeholder: "FILE", help: "the checkpoint").required()
  let manual = Manual(
    name: "t", purpose: "p", operands: .required(["A", "B"]), options: [out], memory: "m", example: "t")
  #expect(manual.help.contains("Usage: t --out FILE [OPTION ...] A B\n"))
  #expect(manual.help.contains("the checkpoint (required)"))
}

@Test func theVersionLineNamesToolVersionAndFormat() {
  #expect(Sample.manual.versionLine == "sample \(Release.version) (stream format \(Release.streamFormat))\n")
}
