import Commands
import Evaluation
import Failures
import Sequences
import Stages
import Streams
import Vectors

/// Windows → those that pass a score.
@main struct SeqGate: Command {
  static let score = Option<WindowScores.Score>.choice("by", default: .signal, help: "the score")
  static let minimum = Option.real(
    "min", in: -2...2, help: "the score from which a window passes"
  ).showing(default: "0.08 for signal, 0.03 for delta, 0 for distinct")
  static let weakWeight = Option.real(
    "weak-weight", in: 0...1, help: "keep weak windows in their place, their weight multiplied by X")
  static let top = Option.real(
    "top", in: 0...1, help: "instead of --min: pass this share of the windows, those with the highest scores")

  static let manual = Manual(
    name: "seq-gate",
    purpose: "drop or down-weight the windows whose target does not go on from their context",
    details: """
      With n the target and c the context of a window, `signal` is cos(c[last], n) - cos(c[0], n), `delta` is \
      cos(c[last], n) - cos(c[last], c[last-1]), and `distinct` is cos(c[last], n) less the largest cos(c[j], n) of \
      the context before c[last]. With one context chunk signal is 0, and the others do not exist.

      Windows below the minimum are weak: they are left out, or with --weak-weight kept with less weight. All rows \
      pass. The number of weak windows is reported, and counted as seq-gate:weak_windows in the stream.

      --top rounds to the nearest number of windows, at least one of any share above 0; of equal scores the earlier \
      windows pass. The stream waits in a temporary file (in TMPDIR, or /tmp) until all scores are known.
      """,
    operands: .any("FILE"),
    options: [score, minimum, top, weakWeight, CommonOptions.output, CommonOptions.flush],
    memory: "one frame; with --top 16 bytes a window, and the stream passes through a temporary file",
    example: "npz-read wiki.npz | seq-build | seq-gate --by distinct --top 0.3 > stage-a.nvs",
    seeAlso: ["seq-build", "seq-ablate", "direction-diagnose", "narrative-delta"])

  static func run(_ arguments: Arguments) throws -> ExitStatus {
    if arguments.wasGiven(minimum), arguments.wasGiven(top) {
      throw arguments.refusal(of: minimum, expected: "either --min or --top")
    }
    let filter = try Filter(arguments)
    let roles = try filter.input.expectWindows()
    let by = arguments[score]
    let scores = try at(filter.input.name) { try WindowScores(by, roles: roles) }
    if let share = arguments[top] {
      try pass(share, filter, scores)
    } else {
      try pass(from: arguments[minimum] ?? by.defaultMinimum, filter, scores)
    }
    return .success
  }

  private static func gate(_ arguments: Arguments) -> WindowFilter {
    WindowFilter(weakWeight: arguments[weakWeight].map { Float($0) })
  }

  private static func pass(from limit: Double, _ filter: Filter, _ scores: WindowScores) throws {
    var scores = scores
    var gate = gate(filter.arguments)
    try filter.run { block, writer in
      scores.begin(block)
      try gate.apply(to: block) {
        scores($0) < limit
      } _: { indices, weights in
        try writer.write([block], indices: indices, repeated: block.repeated, weights: weights)
      }
      return true
    } finish: { _ in
      note(gate, filter.arguments, "below \(limit) in \(filter.arguments[score].rawValue)")
      return ["weak_windows": gate.weakWindows]
    }
  }

  private static func pass(_ share: Double, _ filter: Filter, _ scores: WindowScores) throws {
    var scores = scores
    var all: [Double] = []
    let spool = try StreamSpool(filter.input.header)
    var gate = gate(filter.arguments)
    try filter.run { block, _ in
      scores.begin(block)
      for window in 0..<block.windows { all.append(scores(window)) }
      try spool.append(block)
      return true
    } finish: { writer in
      var highest = TopShare(share, of: all)
      var passed = 0
      try spool.readBack { block in
        let first = passed
        try gate.apply(to: block) {
          !highest.next(all[first + $0])
        } _: { indices, weights in
          try writer.write([block], indices: indices, repeated: block.repeated, weights: weights)
        }
        passed += block.windows
      }
      note(gate, filter.arguments, "below the top \(share) in \(filter.arguments[score].rawValue)")
      return ["weak_windows": gate.weakWindows]
    }
  }

  private static func note(_ gate: WindowFilter, _ arguments: Arguments, _ what: String) {
    guard gate.windows > 0 else {
      Diagnostics.note("the stream has no windows")
      return
    }
    guard gate.weakWindows > 0 else { return }
    let treatment = arguments[weakWeight].map { "weigh \($0) times as much" } ?? "are left out"
    Diagnostics.note("\(gate.weakWindows) of \(gate.windows) windows are \(what) and \(treatment)")
  }
}
