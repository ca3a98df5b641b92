import Evaluation
import Failures
import JSON
import Stages

/// The verdicts on other predictors of the same windows.
struct Calibration {
  /// The predictors in the order in which people compare them: trivial ones, ridge, others, the oracle.
  let predictors: [(name: String, gates: FiveGates)]
  /// Their reports, by name.
  let reports: [String: ReportLines]

  /// - Throws: `.badData` where a predictor's reports are incomplete.
  init(_ path: String, isStrict: Bool) throws {
    let reports = try ReportLines.readCalibration(path)
    let known = CalibrationMark.untrained + [CalibrationMark.oracle]
    let others = reports.keys.filter { !known.contains($0) }.sorted()
    let order = CalibrationMark.untrained + others + [CalibrationMark.oracle]
    self.reports = reports
    predictors = try order.compactMap { name in
      guard let lines = reports[name] else { return nil }
      return (name, try at(path) { try at(name) { try lines.gates(isStrict: isStrict) } })
    }
  }

  /// The marks of one gate.
  func marks(_ gate: Gate) -> [CalibrationMark] {
    var passes: [String: Bool] = [:]
    for (name, gates) in predictors {
      // A gate that could not be measured says nothing about its worth.
      guard let outcome = gates.outcomes.first(where: { $0.gate == gate }), outcome.isMeasurable else { continue }
      passes[name] = outcome.passes
    }
    return CalibrationMark.marks(passes)
  }

  var json: JSON {
    let marks = Gate.allCases.map { gate in
      (gate.rawValue, JSON.array(self.marks(gate).map { .string($0.rawValue) }))
    }
    let predictors = self.predictors.map { name, gates -> (String, JSON) in
      let outcomes = Dictionary(uniqueKeysWithValues: gates.outcomes.map { ($0.gate.rawValue, $0.json) })
      return (
        name,
        ["gates": .object(outcomes), "passed": .integer(Int64(gates.passed)), "margin": .number(gates.margin)]
      )
    }
    return [
      "marks": .object(Dictionary(uniqueKeysWithValues: marks)),
      "predictors": .object(Dictionary(uniqueKeysWithValues: predictors)),
    ]
  }
}

extension FiveGates.Outcome {
  /// `val`, `ood`, `pass`, `measurable`, and the thresholds.
  var json: JSON {
    var members: [String: JSON] = [
      "pass": .bool(passes), "measurable": .bool(isMeasurable),
      "val": statistic(\.val, normal.val), "ood": statistic(\.ood, normal.ood),
    ]
    if gate == .bins {
      members["difference"] = .figure(difference)
      members["thresholds"] = [["figure": "difference", "at_most": .number(FiveGates.largestDifference)]]
      members["ci95"] = ["val": .interval(normal.val?.interval), "ood": .interval(normal.ood?.interval)]
    } else {
      members["thresholds"] = .array(checks.map(\.json))
    }
    return .object(members)
  }

  /// The gate's one figure, or for retrieval an object of two.
  private func statistic(_ split: KeyPath<FiveGates.Check, Estimate>, _ normal: Estimate?) -> JSON {
    switch gate {
    case .bins: .figure(normal?.value)
    case .retrieval:
      .object(
        Dictionary(
          uniqueKeysWithValues: checks.filter { !$0.requirement.isStrict }.map {
            ($0.requirement.figure.rawValue, .number($0[keyPath: split].value))
          }))
    default: .figure(checks.first?[keyPath: split].value)
    }
  }
}

extension FiveGates.Check {
  /// `figure`, its value and interval on both splits, the bound on each, and whether it passes.
  var json: JSON {
    [
      "figure": .string(requirement.figure.rawValue),
      requirement.bound.rawValue: ["val": .number(requirement.val), "ood": .number(requirement.ood)],
      "val": .number(val.value), "ood": .number(ood.value), "pass": .bool(passes),
      "ci95": ["val": .interval(val.interval), "ood": .interval(ood.interval)],
    ]
  }
}
