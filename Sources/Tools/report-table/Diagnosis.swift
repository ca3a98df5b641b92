import Commands
import Failures
import JSON

/// What a report of direction-diagnose means.
struct Diagnosis {
  private let report: JSON
  private let passes: Bool
  /// Gates in the order of their names.
  private let gates: [(name: String, gate: JSON)]

  init(_ reports: Reports) throws {
    report = try reports.one("direction-diagnose")
    passes = try report.truth("pass")
    guard let gates = report["gates"]?.object else {
      throw Failure(.badData, "expected gates", at: "direction-diagnose")
    }
    self.gates = gates.sorted { $0.key < $1.key }.map { (name: $0.key, gate: $0.value) }
  }

  private var failed: [(name: String, gate: JSON)] { gates.filter { $0.gate["pass"]?.bool != true } }

  /// The gates that failed, with value and minimum; nil if none did.
  var failedGates: String? {
    guard !failed.isEmpty else { return nil }
    return failed.map { name, gate in
      guard let value = gate["value"]?.double, let minimum = gate["minimum"]?.double else {
        return "\(name) does not hold"
      }
      return "\(name) \(Figures.decimal(value, places: 4)), at least \(Figures.shortest(minimum)) is required"
    }.joined(separator: "; ")
  }

  var sentences: [String] {
    if passes {
      return [
        "Every gate passes: the chunks are in temporal order, and nearness counts. Whether anything can be predicted is another question."
      ]
    }
    let names = failed.map(\.name).joined(separator: ", ")
    return [
      "Not every gate passes (\(names)): this would be the time to look at the data. To show the rest, it continues (FORCE=1)."
    ]
  }
}

/// What a report of arrow-test means.
struct Arrow {
  private let hasArrow: Bool
  /// Of the difference in skill, forward minus backward.
  private let interval: (lower: Double, upper: Double)?

  init(_ reports: Reports) throws {
    let report = try reports.one("arrow-test")
    hasArrow = try report.truth("arrow")
    let bounds = report["ci95"]?.array?.compactMap(\.double) ?? []
    interval = bounds.count == 2 ? (bounds[0], bounds[1]) : nil
  }

  var sentences: [String] {
    var sentences = [
      hasArrow
        ? "Yes, beyond chance: articles differ from their own reversal."
        : "None is found: nothing distinguishes these articles from their own reversal."
    ]
    guard let interval else { return sentences }
    if interval.upper < 0 {
      sentences.append("A linear predictor predicts the past slightly better than the future.")
    } else if interval.lower > 0 {
      sentences.append("A linear predictor predicts the future better than the past.")
    } else {
      sentences.append("A linear predictor does equally well in both directions.")
    }
    return sentences
  }
}
