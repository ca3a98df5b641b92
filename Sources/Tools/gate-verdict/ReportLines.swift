import Failures
import JSON
import Stages

/// The report lines of one predictor: one from each of five tools for each of two splits.
struct ReportLines {
  /// The tools whose reports a verdict needs, in the order of the gates.
  static let tools = ["offset-sweep", "retrieval-rank", "ablation-eval", "rollout-eval", "bins-eval"]

  /// A split, under its label in reports.
  enum Split: String, CaseIterable {
    case val = "VAL"
    case ood = "OOD"
  }

  /// One report.
  struct Line {
    let report: JSON
    /// Its name in messages: `offset-sweep of VAL`.
    let name: String
  }

  private struct Slot: Hashable {
    let tool: String
    let split: Split
  }

  private var lines: [Slot: Line] = [:]

  /// Adds one report.
  ///
  /// - Throws: `.badData` where its tool or label is none that a verdict needs, or an earlier report has the same two.
  mutating func add(_ report: JSON) throws {
    guard let tool = report["tool"]?.string, Self.tools.contains(tool) else {
      let found = report["tool"].map { $0.string ?? $0.text } ?? "no tool"
      throw Failure(.badData, "expected a report of \(Self.tools.joined(separator: ", ")); found \(found)")
    }
    if let schema = report["schema"], schema.string != "\(tool)/1" {
      throw Failure(.badData, "expected the schema \(tool)/1, found \(schema.string ?? schema.text)")
    }
    guard let split = report["label"]?.string.flatMap(Split.init) else {
      let found = report["label"].map { $0.string ?? $0.text } ?? "none"
      throw Failure(
        .badData, "expected the label VAL or OOD, found \(found)", at: tool, hint: "\(tool) --label VAL sets it")
    }
    let name = "\(tool) of \(split.rawValue)"
    guard lines.updateValue(Line(report: report, name: name), forKey: Slot(tool: tool, split: split)) == nil else {
      throw Failure(.badData, "expected one report, found a second", at: name)
    }
  }

  /// The report of one tool on one split.
  ///
  /// - Throws: `.badData` where it is missing.
  func line(_ tool: String, _ split: Split) throws -> Line {
    guard let line = lines[Slot(tool: tool, split: split)] else {
      throw Failure(
        .badData, "there is no report of \(tool) with the label \(split.rawValue); expected one of each tool and label",
        hint: "the tool may have failed; its own message then says why")
    }
    return line
  }

  /// The `source` of every report, in the order of tools and splits.
  var sources: [JSON] {
    Split.allCases.flatMap { split in
      Self.tools.compactMap { lines[Slot(tool: $0, split: split)]?.report["source"] }
    }
  }
}

extension ReportLines {
  /// Reads the reports in files, or on standard input.
  static func read(_ paths: [String]) throws -> ReportLines {
    var reports = ReportLines()
    for path in paths.isEmpty ? ["-"] : paths {
      try JSONLines.forEach(in: path) { try reports.add($0) }
    }
    return reports
  }

  /// Reads the reports that `pipelines/calibrate` writes: those of several predictors, named by `predictor`.
  static func readCalibration(_ path: String) throws -> [String: ReportLines] {
    var predictors: [String: ReportLines] = [:]
    try JSONLines.forEach(in: path) { report in
      guard let name = report["predictor"]?.string else {
        throw Failure(
          .badData, "expected a field predictor with a name, found none",
          hint: "pipelines/calibrate makes such reports")
      }
      try at(name) { try predictors[name, default: ReportLines()].add(report) }
    }
    guard !predictors.isEmpty else { throw Failure(.badData, "expected reports, found none", at: path) }
    return predictors
  }
}
