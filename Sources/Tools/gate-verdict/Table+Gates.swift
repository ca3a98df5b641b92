import Commands
import Evaluation

extension Table {
  /// The gates for people: those of the model and, with a calibration, each figure beside those of other predictors.
  init(_ gates: FiveGates, _ calibration: Calibration?, minimumGates: Int, isFit: Bool) {
    self.init()
    section(
      columns: ["gate", "", "figure", "VAL", "OOD", "required on VAL", "on OOD", ""],
      rows: gates.outcomes.flatMap { outcome in outcome.rows })
    if let calibration {
      for (index, outcome) in gates.outcomes.enumerated() {
        let others = calibration.predictors.map { ($0.name, $0.gates.outcomes[index]) }
        for (title, row) in outcome.titles.enumerated() {
          section(
            row, columns: ["predictor", "VAL", "95% from", "to", "OOD", "95% from", "to", ""],
            rows: ([("this model", outcome)] + others).map { $1.row(title, of: $0) })
        }
      }
      section(
        "what the gates are worth here",
        rows: Gate.allCases.map { gate in
          [.text(gate.rawValue), .text(gate.title), .text(CalibrationMark.words(calibration.marks(gate), for: gate))]
        })
    }
    section(rows: [
      ["gates passed", .text("\(gates.passed) of 5, \(minimumGates) needed")],
      ["margin on VAL", .figure(gates.margin), .text(gates.margin > 0 ? "" : "not positive")],
      ["verdict", .text(isFit ? "deploy" : "do-not-deploy")],
    ])
  }
}

extension FiveGates.Outcome {
  /// A row for each requirement.
  fileprivate var rows: [[Table.Cell]] {
    if gate == .bins {
      let limit = FiveGates.largestDifference
      return [
        [
          .text(gate.rawValue), .text(gate.title), "mean cosine, normal bin", .figure(normal.val?.value),
          .figure(normal.ood?.value), .text("at most \(limit) apart"), "", .mark(isMeasurable ? passes : nil),
        ]
      ]
    }
    return checks.enumerated().map { index, check in
      let sign = check.requirement.bound == .atLeast ? ">=" : "<="
      return [
        .text(index == 0 ? gate.rawValue : ""), .text(index == 0 ? gate.title : ""),
        .text(check.requirement.figure.words), .figure(check.val.value), .figure(check.ood.value),
        .text("\(sign) \(check.requirement.val)"), .text("\(sign) \(check.requirement.ood)"), .mark(check.passes),
      ]
    }
  }

  /// The titles of the tables of predictors, one for each requirement.
  fileprivate var titles: [String] {
    let head = "\(gate.rawValue), \(gate.title): "
    return gate == .bins ? [head + "mean cosine, normal bin"] : checks.map { head + $0.requirement.figure.words }
  }

  /// One predictor's row in the table of this number.
  fileprivate func row(_ index: Int, of name: String) -> [Table.Cell] {
    let (val, ood) = gate == .bins ? normal : (checks[index].val, checks[index].ood)
    return [
      .text(name), .figure(val?.value), .figure(val?.interval?.lowerBound), .figure(val?.interval?.upperBound),
      .figure(ood?.value), .figure(ood?.interval?.lowerBound), .figure(ood?.interval?.upperBound),
      .mark(gate == .bins ? (isMeasurable ? passes : nil) : checks[index].passes),
    ]
  }
}

extension Figure {
  fileprivate var words: String {
    switch self {
    case .margin: "margin"
    case .targetCosine: "mean cosine with the target"
    case .recallAt1: "R@1"
    case .recallAt5: "R@5"
    case .meanReciprocalRank: "MRR"
    case .shuffle: "context shuffled"
    case .reverse: "context reversed"
    case .dropOne: "one chunk left out"
    case .repeatLast: "last chunk repeated"
    case .crossArticle: "last chunk of another article"
    case .rollout: "mean cosine over the steps"
    case .normalBin: "mean cosine, normal bin"
    }
  }
}
