import Commands
import Evaluation
import Failures
import JSON

extension ReportLines {
  /// Where a figure stands in a report, and what it can be.
  private struct Place {
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

  /// A cosine of a vector with itself may come out above 1 by its rounding.
  private static let slack = 1e-6

  /// The figures of one split.
  ///
  /// - Throws: `.badData` where a report or a figure is missing, out of its range, or over no windows.
  func figures(_ split: Split, isStrict: Bool) throws -> FiveGates.Figures {
    for tool in Self.tools where tool != "bins-eval" {
      let line = try line(tool, split)
      try at(line.place) { _ = try Self.windows(line.report["windows"], "windows", atLeast: 1) }
    }
    var figures: FiveGates.Figures = [:]
    for figure in Requirement.figures(isStrict: isStrict) {
      let line = try line(Place(figure).tool, split)
      figures[figure] = try at(line.place) { try Self.estimate(figure, line.report) }
    }
    // Who is among the first is among the first five.
    if let first = figures[.recallAt1]?.value, let five = figures[.recallAt5]?.value, first > five {
      throw Failure(
        .badData, "r_at_1 is \(first) and r_at_5 \(five): expected no less", at: "retrieval-rank of \(split.rawValue)")
    }
    return figures
  }

  /// The horizon of the rollout, where the report names it.
  func horizon(_ split: Split) throws -> Int? { try line("rollout-eval", split).report["horizon"]?.int }

  /// - Returns: nil for an empty bin alone.
  private static func estimate(_ figure: Figure, _ report: JSON) throws -> Estimate? {
    var place = Place(figure).path
    // Counted from the target, it is the target's own offset that is 0.
    if figure == .targetCosine, report["origin"]?.string == "target" { place = ["offsets", "0"] }
    let name = place.joined(separator: ".")
    let found = place.reduce(report as JSON?) { $0?[$1] }
    if figure == .normalBin, try windows(report["normal"]?["windows"], "normal.windows", atLeast: 0) == 0 {
      guard found == nil || found == .null else {
        throw Failure(.badData, "\(name) is a figure over no windows: expected null")
      }
      return nil
    }
    guard let value = found?.double, value.isFinite else {
      throw Failure(.badData, "\(name): expected a number, found \(found?.text ?? "nothing")")
    }
    let range = Place(figure).range
    guard value >= range.lowerBound - slack, value <= range.upperBound + slack else {
      throw Failure(
        .badData, "\(name) is \(value): expected a number from \(Int(range.lowerBound)) to \(Int(range.upperBound))")
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

  /// `ci95` is a report's one interval, or an object of them by their figures' names; that of a bin stands in it.
  private static func interval(_ figure: Figure, _ report: JSON) -> ClosedRange<Double>? {
    let all = figure == .normalBin ? report["normal"]?["ci95"] : report["ci95"]
    // The cosine at the target's offset is the mean cosine with the target; the one interval of a sweep is its margin's.
    let own = figure == .targetCosine ? all?["mean_cos"] ?? .null : all?[figure.rawValue]
    guard let bounds = (own ?? all)?.array?.compactMap(\.double), bounds.count == 2,
      bounds[0] <= bounds[1]
    else { return nil }
    return bounds[0]...bounds[1]
  }
}
