import Commands
import Evaluation
import Failures
import JSON

extension ReportLines {
  /// Where a figure is in the reports, and its range.
  private struct Location {
    let tool: String
    let path: [String]
    let range: ClosedRange<Double>

    init(_ figure: Figure) {
      switch figure {
      case .margin: self.init("offset-sweep", ["margin"], -2...2)
      case .targetCosine: self.init("offset-sweep", ["offsets", "1"], -1...1)
      case .recallAt1, .recallAt5, .meanReciprocalRank: self.init("retrieval-rank", [figure.rawValue], 0...1)
      case .shuffle, .reverse, .dropOne, .repeatLast, .crossArticle:
        self.init("ablation-eval", ["deltas", figure.rawValue], -2...2)
      case .rollout: self.init("rollout-eval", [figure.rawValue], -1...1)
      case .normalBin: self.init("bins-eval", ["normal", "mean_cos"], -1...1)
      }
    }

    private init(_ tool: String, _ path: [String], _ range: ClosedRange<Double>) {
      self.tool = tool
      self.path = path
      self.range = range
    }
  }

  /// The cosine of a vector with itself may exceed 1 by a rounding error.
  private static let tolerance = 1e-6

  /// The figures of one split.
  ///
  /// - Throws: `.badData` where a report or a figure is missing, or a figure is out of range or over no windows.
  func figures(_ split: Split, isStrict: Bool) throws -> FiveGates.Figures {
    for tool in Self.tools where tool != "bins-eval" {
      let line = try line(tool, split)
      try at(line.name) { _ = try Self.windows(line.report["windows"], "windows", atLeast: 1) }
    }
    var figures: FiveGates.Figures = [:]
    for figure in Requirement.figures(isStrict: isStrict) {
      let line = try line(Location(figure).tool, split)
      figures[figure] = try at(line.name) { try Self.estimate(figure, line.report) }
    }
    // A target at rank 1 is also among the first five.
    if let first = figures[.recallAt1]?.value, let five = figures[.recallAt5]?.value, first > five {
      throw Failure(
        .badData, "r_at_5: expected at least r_at_1, which is \(first), found \(five)",
        at: "retrieval-rank of \(split.rawValue)")
    }
    return figures
  }

  /// The horizon of the rollout; nil where the report does not state it.
  func horizon(_ split: Split) throws -> Int? { try line("rollout-eval", split).report["horizon"]?.int }

  /// One figure of a report.
  ///
  /// - Returns: nil only for an empty bin.
  private static func estimate(_ figure: Figure, _ report: JSON) throws -> Estimate? {
    var path = Location(figure).path
    // With the target as the origin its own offset is 0.
    if figure == .targetCosine, report["origin"]?.string == "target" { path = ["offsets", "0"] }
    let name = path.joined(separator: ".")
    let found = path.reduce(report as JSON?) { $0?[$1] }
    if figure == .normalBin, try windows(report["normal"]?["windows"], "normal.windows", atLeast: 0) == 0 {
      guard found == nil || found == .null else {
        throw Failure(.badData, "\(name): expected null over no windows, found \(found?.text ?? "nothing")")
      }
      return nil
    }
    guard let value = found?.double, value.isFinite else {
      throw Failure(.badData, "\(name): expected a number, found \(found?.text ?? "nothing")")
    }
    let range = Location(figure).range
    guard value >= range.lowerBound - tolerance, value <= range.upperBound + tolerance else {
      throw Failure(
        .badData,
        "\(name): expected a number from \(Int(range.lowerBound)) to \(Int(range.upperBound)), found \(value)")
    }
    return Estimate(value, interval: interval(figure, report))
  }

  private static func windows(_ value: JSON?, _ name: String, atLeast minimum: Int) throws -> Int {
    guard let count = value?.int, count >= minimum else {
      throw Failure(
        .badData, "\(name): expected a whole number of at least \(minimum), found \(value?.text ?? "nothing")")
    }
    return count
  }

  /// A figure's interval. `ci95` is a report's single interval, or an object of them by the names of the figures; a bin
  /// has its own `ci95`.
  private static func interval(_ figure: Figure, _ report: JSON) -> ClosedRange<Double>? {
    let all = figure == .normalBin ? report["normal"]?["ci95"] : report["ci95"]
    // The interval of the cosine at the target's offset is `mean_cos`; a single interval of a sweep is its margin's.
    let own = figure == .targetCosine ? all?["mean_cos"] ?? .null : all?[figure.rawValue]
    guard let bounds = (own ?? all)?.array?.compactMap(\.double), bounds.count == 2,
      bounds[0] <= bounds[1]
    else { return nil }
    return bounds[0]...bounds[1]
  }
}
