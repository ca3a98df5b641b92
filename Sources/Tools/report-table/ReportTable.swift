import Commands
import Failures
import JSON
import Stages

/// Report lines → a table, or what follows from them in sentences.
@main struct ReportTable: Command {
  /// What is shown of the reports.
  enum View: String, CaseIterable, Sendable {
    case diagnosis
    case failedGates = "failed-gates"
    case arrow
    case training
    case predictors
    case calibration
    case verdict
    case runs
  }

  static let view = Option<View?>.choice("view", help: "what to show").required()

  static let manual = Manual(
    name: "report-table",
    purpose: "show report lines as a table or in sentences",
    details: """
      diagnosis: what a report of direction-diagnose means. failed-gates: the gates of the data that failed, with value \
      and minimum; nothing if all passed. arrow: what a report of arrow-test means. training: how far a training has \
      come, from the lines of all its epochs. predictors: the scores of each predictor of pipelines/calibrate, and the \
      one to beat. calibration: the five gates of each of those predictors, and what the gates are worth, from a report \
      of gate-verdict with --calibration. verdict: what a verdict means beside the predictors of a calibration, from the \
      lines of pipelines/5cat and of pipelines/calibrate. runs: the verdicts of several runs side by side, from reports of \
      gate-verdict with --calibration, each under its label; R@5 is that without the context's chunks.
      """,
    operands: .any("FILE"),
    options: [view, CommonOptions.output],
    memory: "the reports",
    example: "report-table --view predictors calibration.jsonl",
    seeAlso: ["gate-verdict", "direction-diagnose", "arrow-test", "epoch-verdict"])

  static func run(_ arguments: Arguments) throws -> ExitStatus {
    var reports: [JSON] = []
    for path in arguments.operands.isEmpty ? ["-"] : arguments.operands {
      try JSONLines.forEach(in: path) { reports.append($0) }
    }
    guard !reports.isEmpty else { throw Failure(.badData, "expected reports, found none") }
    try Report.write(try text(arguments[view], reports), arguments)
    return .success
  }

  private static func text(_ view: View, _ reports: [JSON]) throws -> String {
    let reports = Reports(reports)
    return switch view {
    case .diagnosis: sentences(try Diagnosis(reports).sentences)
    case .failedGates: lines(try Diagnosis(reports).failedGates.map { [$0] } ?? [])
    case .arrow: sentences(try Arrow(reports).sentences)
    case .training: sentences(try Training(reports).sentences)
    case .predictors: try Predictors(reports).table.text + "\n" + sentences(try Predictors(reports).sentences)
    case .calibration: try CalibrationView(reports).table.text
    case .verdict: sentences(try VerdictView(reports).sentences)
    case .runs: try Runs(reports).table.text
    }
  }

  private static func lines(_ lines: [String]) -> String { lines.map { $0 + "\n" }.joined() }

  private static func sentences(_ sentences: [String]) -> String { lines(sentences.map { "   => " + $0 }) }
}
