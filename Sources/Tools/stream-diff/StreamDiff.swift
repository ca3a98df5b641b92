import Commands
import Failures
import JSON
import Stages
import Streams
import Vectors

/// Compares two streams.
@main struct StreamDiff: Command {
  static let tolerance = Option.real(
    "tolerance", default: 0, in: 0...1e30, help: "largest difference of two numbers that counts as equal")

  static let manual = Manual(
    name: "stream-diff",
    purpose: "compare two streams by key",
    details: """
      Rows are matched by article, chunk and step, in whatever order and frames they come; windows by the chunks they \
      name. Exit 0 where the streams hold the same, 1 where they differ: the report says how much and where. One of \
      the two may be -, standard input.
      """,
    operands: .required(["A", "B"]),
    options: [tolerance, CommonOptions.label, CommonOptions.format, CommonOptions.output],
    memory: "rows that have not met their match: a few frames where both come in one order, else up to all",
    example: "npz-read wiki.npz | stream-diff - wiki.nvs --tolerance 1e-6",
    exits: [.answerIsNo: "the streams differ"],
    seeAlso: ["stream-check", "stream-info"])

  static func run(_ arguments: Arguments) throws -> ExitStatus {
    guard arguments.operands != ["-", "-"] else {
      throw Failure(.usage, "- -: expected standard input once, and a file to compare it with")
    }
    let first = try StreamInput([arguments.operands[0]])
    let second = try StreamInput([arguments.operands[1]])
    if let difference = first.header.disagreement(with: second.header) {
      throw Failure(.badData, "cannot be compared with \(first.name): \(difference)", at: second.name)
    }
    var comparison = StreamComparison(tolerance: Float(arguments[tolerance]))
    var windows: (WindowKeys, WindowKeys) = (WindowKeys(), WindowKeys())
    let progress = Progress(arguments, unit: "rows")
    // In turn, the one that is behind: rows in one order then wait no longer than a frame.
    var rows = (0, 0)
    var isOpen = (true, true)
    while isOpen.0 || isOpen.1 {
      if isOpen.0, rows.0 <= rows.1 || !isOpen.1 {
        guard let block = try first.next() else { isOpen.0 = false; continue }
        comparison.add(block, isFirst: true)
        windows.0.add(block)
        rows.0 += block.rows - block.repeated
      } else {
        guard let block = try second.next() else { isOpen.1 = false; continue }
        comparison.add(block, isFirst: false)
        windows.1.add(block)
        rows.1 += block.rows - block.repeated
      }
      progress.advance(by: 1)
    }
    progress.finish()
    let isEqual =
      comparison.differing == 0 && comparison.onlyFirst == 0 && comparison.onlySecond == 0 && windows.0 == windows.1
    var source = first.provenance
    source.merge(second.provenance)
    try report(arguments, source, comparison, rows, windows.0 == windows.1, isEqual)
    return isEqual ? .success : .answerIsNo
  }

  private static func report(
    _ arguments: Arguments, _ source: Provenance, _ comparison: StreamComparison, _ rows: (Int, Int),
    _ windowsAreEqual: Bool, _ isEqual: Bool
  ) throws {
    let place: JSON =
      comparison.largest.map { largest in
        [
          "article": .article(largest.key.article), "chunk": .count(Int(largest.key.chunk)),
          "step": .count(Int(largest.key.step)),
          "column": .count(largest.column),
        ]
      } ?? .null
    let fields: [(String, JSON)] = [
      ("equal", .bool(isEqual)), ("rows_a", .count(rows.0)), ("rows_b", .count(rows.1)),
      ("matched", .count(comparison.matched)),
      ("only_a", .count(comparison.onlyFirst)), ("only_b", .count(comparison.onlySecond)),
      ("differing", .count(comparison.differing)),
      ("tolerance", .number(arguments[tolerance])),
      ("largest_difference", .figure(Double(comparison.largest?.difference ?? 0))),
      ("at", place), ("windows_equal", .bool(windowsAreEqual)),
    ]
    try Report(arguments, source: source.json, fields: fields).write(arguments)
  }
}
