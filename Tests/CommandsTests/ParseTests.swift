import Commands
import Failures
import Testing

enum Mode: String, CaseIterable, Sendable {
  case shuffle, reverse, repeatLast = "repeat-last", crossArticle = "cross-article"
}

/// A tool with an option of every kind.
enum Sample {
  static let context = Option.integer("ctx", default: 5, in: 1...512, unit: "chunks", help: "context length")
  static let signal = Option.real("min-signal", default: 0.08, in: -1...1, help: "smallest temporal signal")
  static let rate = Option.real("lr", in: Double.leastNonzeroMagnitude...Double.infinity, help: "learning rate")
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
      context, signal, rate, shift, normalize, mode, by, only, split, memory, ablated, CommonOptions.seed,
      CommonOptions.output, CommonOptions.limit.letter("n"),
    ], memory: "constant", example: "sample < a > b")

  static func parse(_ words: String...) throws -> Arguments {
    try Arguments.parse(words, manual: manual)
  }

  /// The one line of a refusal; nil where the words are accepted.
  static func refusal(_ words: [String], manual: Manual = Sample.manual) -> String? {
    do {
      _ = try Arguments.parse(words, manual: manual)
      return nil
    } catch {
      return (error as? Failure).map { "\($0.status.rawValue) \($0)" }
    }
  }
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
