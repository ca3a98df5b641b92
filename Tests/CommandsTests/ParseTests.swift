import Commands
import Failures
import Testing

enum Mode: String, CaseIterable, Sendable {
  case shuffle, reverse
  case repeatLast = "repeat-last"
  case crossArticle = "cross-article"
}

/// A tool with an option of every kind.
enum Sample {
  static let context = Option.integer("ctx", default: 5, in: 1...512, unit: "chunks", help: "context length")
  static let signal = Option.real("min-signal", default: 0.08, in: -1...1, help: "smallest temporal signal")
  static let rate = Option.real("lr", in: Double.leastNonzeroMagnitude...Double.infinity, help: "learning rate")
  static let dropout = Option.real("dropout", default: 0.1, in: 0...1.0.nextDown, help: "share of units left out")
  static let shift = Option.integer("shift", in: Int.min...Int.max, help: "a shift either way")
  static let normalize = Option.flag("normalize", help: "scale rows to length 1")
  static let mode = Option.choice("mode", default: Mode.shuffle, help: "how the slots are permuted")
  static let by = Option.choice("by", among: ["signal", "delta"], help: "the score")
  static let only = Option.ranges("only", help: "articles to keep")
  static let split = Option.fractions("split", help: "parts of the articles")
  static let memory = Option.bytes("memory", in: 1 << 20...Int.max, help: "memory to use")
  static let ablated = Option.repeated("ablated", placeholder: "MODE=STREAM", help: "predictions to compare")
  static let manual = Manual(
    name: "sample", purpose: "a sample", operands: .optional("FILE"),
    options: [
      context, signal, rate, dropout, shift, normalize, mode, by, only, split, memory, ablated, CommonOptions.seed,
      CommonOptions.output, CommonOptions.limit.letter("n"),
    ], memory: "constant", example: "sample < a > b")

  static func parse(_ words: String...) throws -> Arguments {
    try Arguments.parse(words, manual: manual)
  }

  /// The error line; nil where the words are accepted.
  static func refusal(_ words: [String], manual: Manual = Sample.manual) -> String? {
    do {
      _ = try Arguments.parse(words, manual: manual)
      return nil
    } catch {
      return (error as? Failure).map { "\($0.status.rawValue) \($0)" }
    }
  }
}

@Test func aSecondNameMeansTheSame() throws {
  let manual = Manual(
    name: "sample", purpose: "a sample", options: [CommonOptions.model], memory: "constant", example: "sample -o b")
  for words in [["--out", "b"], ["--output", "b"], ["--output=b"], ["-o", "b"]] {
    #expect(try Arguments.parse(words, manual: manual)[CommonOptions.model] == "b")
  }
  #expect(Sample.refusal(["--out", "b", "--output", "c"], manual: manual)?.contains("already given") == true)
  #expect(Sample.refusal([], manual: manual) == "64 --out is missing: expected a value for FILE")
}

@Test func withoutAnOptionTheRestStays() throws {
  let given = try Sample.parse("--ctx", "7", "--lr", "0.5", "--normalize", "file")
  let rest = given.without(Sample.context).without(Sample.rate)
  #expect(rest[Sample.context] == 5 && rest[Sample.rate] == nil && rest[Sample.normalize])
  #expect(rest.flagsOfResult == ["--normalize"] && rest.operands == ["file"])
  #expect(given[Sample.context] == 7 && given.flagsOfResult == ["--ctx", "7", "--lr", "0.5", "--normalize"])
}

@Test func defaultsHoldWhereNothingIsGiven() throws {
  let arguments = try Sample.parse()
  #expect(arguments[Sample.context] == 5)
  #expect(arguments[Sample.rate] == nil)
  #expect(arguments[Sample.mode] == .shuffle)
  #expect(arguments[Sample.by] == nil)
  #expect(arguments[Sample.only] == nil)
  #expect(arguments[Sample.memory] == 1 << 30)
  #expect(arguments[Sample.ablated].isEmpty)
  #expect(!arguments[Sample.normalize] && !arguments.isQuiet)
  #expect(arguments.seed == 17)
  #expect(arguments.progress == .auto)
  #expect(!arguments.wasGiven(Sample.context))
}

@Test func valuesFollowTheirFlagsOrAnEqualsSign() throws {
  let words = [
    "--ctx", "7", "--min-signal=-0.5", "--lr", "1e-3", "--shift", "-3", "--normalize", "--mode=cross-article",
    "--by", "delta", "--memory", "64m", "--seed", "18446744073709551615", "-q", "-n10", "a.npz",
  ]
  let arguments = try Arguments.parse(words, manual: Sample.manual)
  #expect(arguments[Sample.context] == 7)
  #expect(arguments[Sample.signal] == -0.5)
  #expect(arguments[Sample.rate] == 0.001)
  #expect(arguments[Sample.shift] == -3)
  #expect(arguments[Sample.normalize])
  #expect(arguments[Sample.mode] == .crossArticle)
  #expect(arguments[Sample.by] == "delta")
  #expect(arguments[Sample.memory] == 64 << 20)
  #expect(arguments.seed == UInt64.max)
  #expect(arguments[CommonOptions.limit] == 10)
  #expect(arguments.isQuiet)
  #expect(arguments.operands == ["a.npz"])
  #expect(arguments.commandLine == words)
  #expect(arguments.wasGiven(Sample.context))
}

@Test func rangesSharesAndRepeatedFlagsAreRead() throws {
  let arguments = try Sample.parse(
    "--only", "1-1499,2000-3999,7", "--split", "train=0.8,val=0.1,ood=0.1", "--ablated", "a=1", "--ablated=b=2")
  #expect(arguments[Sample.only]?.description == "1-1499,2000-3999")
  #expect(
    arguments[Sample.split] == [
      Share(name: "train", fraction: 0.8), Share(name: "val", fraction: 0.1), Share(name: "ood", fraction: 0.1),
    ])
  #expect(arguments[Sample.ablated] == ["a=1", "b=2"])
}

@Test func twoDashesEndTheFlagsAndOneIsAnOperand() throws {
  #expect(try Sample.parse("-").operands == ["-"])
  #expect(try Sample.parse("--", "--ctx").operands == ["--ctx"])
  #expect(try Sample.parse("a.npz", "--ctx", "3")[Sample.context] == 3)
}

@Test func standardOutputIsADashAndAValueMayLookLikeAFlag() throws {
  #expect(try Sample.parse("-o", "-").outputPath == nil)
  #expect(try Sample.parse("-o", "a.npz").outputPath == "a.npz")
  #expect(try Sample.parse("--output=--odd").outputPath == "--odd")
}

@Test func helpAndVersionEndTheParsing() throws {
  #expect(try Sample.parse("-h", "--unknown").intent == .help)
  #expect(try Sample.parse("--version").intent == .version)
  #expect(try Sample.parse("--", "--help").intent == .run)
}

@Test(
  arguments: [
    (["--ctxx", "3"], "64 unknown flag --ctxx (did you mean --ctx?)"),
    (["--min_signal", "1"], "64 unknown flag --min_signal (did you mean --min-signal?)"),
    (["--out", "a"], "64 unknown flag --out (did you mean --output?)"),
    (["--abl=3"], "64 unknown flag --abl (did you mean --ablated?)"),
    (["--frobnicate"], "64 unknown flag --frobnicate (see sample --help)"),
    (["-x"], "64 unknown flag -x (see sample --help)"),
    (["-ctx", "3"], "64 unknown flag -ctx (did you mean --ctx?)"),
    (["-offset", "3"], "64 unknown flag -offset (see sample --help)"),
    (["--ctx", "0"], "64 --ctx 0: expected a whole number from 1 to 512"),
    (["--ctx", "513"], "64 --ctx 513: expected a whole number from 1 to 512"),
    (["--ctx=five"], "64 --ctx five: expected a whole number from 1 to 512"),
    (["--ctx", "99999999999999999999"], "64 --ctx 99999999999999999999: expected a whole number from 1 to 512"),
    (["--ctx="], "64 --ctx '': expected a whole number from 1 to 512"),
    (["--ctx"], "64 --ctx: expected a whole number from 1 to 512, found the end of the line"),
    (["--ctx", "--normalize"], "64 --ctx: expected a whole number from 1 to 512, found --normalize"),
    (["--output", "-q"], "64 --output: expected a value for FILE, found -q"),
    (["--ctx", "5", "--ctx", "6"], "64 --ctx 6: --ctx was already given, as 5"),
    (["--normalize=yes"], "64 --normalize=yes: --normalize takes no value"),
    (["--shift", "1.5"], "64 --shift 1.5: expected a whole number"),
    (["--seed", "-1"], "64 --seed -1: expected a whole number"),
    (["--min-signal", "nan"], "64 --min-signal nan: expected a number from -1 to 1"),
    (["--min-signal", "1.5"], "64 --min-signal 1.5: expected a number from -1 to 1"),
    (["--lr", "0"], "64 --lr 0: expected a number above 0"),
    (["--lr", "inf"], "64 --lr inf: expected a number above 0"),
    (["--lr", "1e999"], "64 --lr 1e999: expected a number above 0"),
    (["--dropout", "1"], "64 --dropout 1: expected a number of at least 0 and below 1"),
    (["--mode", "drop"], "64 --mode drop: expected one of shuffle, reverse, repeat-last, cross-article"),
    (["--by", "x"], "64 --by x: expected one of signal, delta"),
    (["--only", "9-3"], "64 --only 9-3: expected ranges such as 1-1499,2000-3999,7 (low-high, both ends included)"),
    (["--split", "a=0.5"], "64 --split a=0.5: expected shares that add up to 1, such as train=0.8,val=0.1,ood=0.1"),
    (["--memory", "1X"], "64 --memory 1X: expected a size of at least 1M, such as 512M or 1G"),
    (["--limit", "0"], "64 --limit 0: expected a whole number of at least 1"),
    (["-n0"], "64 --limit 0: expected a whole number of at least 1"),
    (["a", "b"], "64 unexpected b: expected no operand after FILE"),
  ] as [([String], String)])
func anInvalidLineIsRejectedInOneLine(words: [String], line: String) {
  #expect(Sample.refusal(words) == line)
}

@Test func missingOperandsAndRequiredFlagsAreErrors() {
  func refusal(_ words: [String], _ operands: Operands, _ options: [any OptionProtocol] = []) -> String? {
    let manual = Manual(
      name: "t", purpose: "p", operands: operands, options: options, memory: "constant", example: "t")
    return Sample.refusal(words, manual: manual)
  }
  #expect(refusal(["a"], .required(["A", "B"])) == "64 B is missing: expected A B")
  #expect(refusal(["a", "b"], .required(["A", "B"])) == nil)
  #expect(refusal(["a", "b", ""], .required(["A", "B"])) == "64 unexpected '': expected no operand after A B")
  #expect(refusal(["a"], .none) == "64 unexpected a: expected no operand")
  #expect(refusal([], .atLeastOne("FILE")) == "64 FILE is missing: expected FILE")
  #expect(refusal(["a", "b", "c"], .any("FILE")) == nil)
  let out = Option.text("out", placeholder: "FILE", help: "h").required()
  #expect(refusal([], .none, [out]) == "64 --out is missing: expected a value for FILE")
  #expect(refusal(["--out", "x"], .none, [out]) == nil)
}

@Test func aToolMayRejectAValueItself() throws {
  let arguments = try Sample.parse("--ctx", "5")
  #expect(
    arguments.refusal(of: Sample.context, expected: "at least --shift").description
      == "--ctx 5: expected at least --shift")
}

@Test func anyTypeCanBeReadFromAWord() throws {
  @Sendable func span(_ text: String) -> ClosedRange<Int>? {
    let ends = text.split(separator: ":").map { Int($0) }
    guard ends.count == 2, let low = ends[0], let high = ends[1], low <= high else { return nil }
    return low...high
  }
  let offsets = Option.custom(
    "offsets", placeholder: "LOW:HIGH", default: -3...3, shown: "-3:3", expectation: "offsets such as -3:3",
    help: "offsets to sweep", read: { span($0) })
  let window = Option.custom(
    "window", placeholder: "LOW:HIGH", expectation: "a window such as 0:4", help: "slots", read: { span($0) })
  let manual = Manual(name: "t", purpose: "p", options: [offsets, window], memory: "constant", example: "t")
  let plain = try Arguments.parse([], manual: manual)
  #expect(plain[offsets] == -3...3)
  #expect(plain[window] == nil)
  let given = try Arguments.parse(["--offsets", "-1:2", "--window=0:4"], manual: manual)
  #expect(given[offsets] == -1...2)
  #expect(given[window] == 0...4)
  #expect(Sample.refusal(["--offsets", "2:1"], manual: manual) == "64 --offsets 2:1: expected offsets such as -3:3")
  #expect(manual.help.contains("offsets to sweep (default -3:3)"))
}

@Test func threadsComeFromTheFlagFirst() throws {
  let manual = Manual(name: "t", purpose: "p", options: [CommonOptions.threads], memory: "constant", example: "t")
  #expect(try Arguments.parse(["--threads", "3"], manual: manual).threads == 3)
  #expect(try Arguments.parse([], manual: manual).threads >= 1)
  #expect(try Arguments.parse([], manual: manual).lists(CommonOptions.threads))
  #expect(try !Arguments.parse([], manual: manual).lists(CommonOptions.seed))
}
