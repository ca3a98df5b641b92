import Commands
import Evaluation

extension Table {
  /// The gates for people: those of the model and, with a calibration, each figure beside those of other predictors.
  init(
    _ gates: FiveGates, _ calibration: Calibration?, _ skill: Skill?, isBlind: Bool, minimumGates: Int, isFit: Bool
  ) {
    self.init()
    if let skill { add(skill) }
    section(
      columns: ["gate", "", "figure", "VAL", "OOD", "required on VAL", "on OOD", ""],
      rows: gates.outcomes.flatMap { outcome in
        outcome.rows(isBlind && outcome.gate == .ablations && !outcome.passes ? "FAIL: blind to order" : nil)
      })
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

extension Table {
  /// Whether the model does better than the best predictor that is not trained.
  fileprivate mutating func add(_ skill: Skill) {
    if let entry = skill.headline {
      let interval = entry.difference.interval.map {
        " [\(Figures.fixed($0.lowerBound, places: 4)), \(Figures.fixed($0.upperBound, places: 4))]"
      }
      section(
        "Better than \(entry.best.name), the best without training? "
          + "Cosine \(Figures.fixed(entry.difference.value, places: 4))\(interval ?? ""): \(entry.answer?.rawValue ?? "unclear")",
        rows: [])
    }
    for split in ReportLines.Split.allCases {
      section(
        "\(split.rawValue): better than the best predictor without training?",
        columns: ["figure", "model", "best without training", "", "difference", "95% from", "to", ""],
        rows: skill.entries.filter { $0.split == split }.map { entry in
          [
            .text(entry.figure.words), .cosine(entry.value), .cosine(entry.best.value), .text(entry.best.name),
            .cosine(entry.difference.value), .cosine(entry.difference.interval?.lowerBound),
            .cosine(entry.difference.interval?.upperBound), .text(entry.answer?.rawValue ?? "-"),
          ]
        })
      guard let margins = skill.margins[split], let constant = margins.constant else { continue }
      section(rows: [
        ["  margin of a constant", .cosine(constant)],
        [
          "  best margin at this cosine or a higher one", .cosine(margins.atCosine?.value),
          .text(margins.atCosine?.name ?? ""),
        ],
      ])
    }
  }
}

extension SkillFigure {
  fileprivate var words: String {
    switch self {
    case .cosine: "cosine with the target"
    case .margin: "margin"
    case .recallAt1: "R@1"
    case .recallAt5: "R@5"
    case .meanReciprocalRank: "MRR"
    case .recallAt1WithoutContext: "R@1 without the context's chunks"
    case .recallAt5WithoutContext: "R@5 without the context's chunks"
    case .rollout: "cosine over a rollout's steps"
    case .normalBin: "cosine, normal bin"
    }
  }
}

extension FiveGates.Outcome {
  /// A row for each requirement.
  ///
  /// - Parameter words: in the place of marks; nil for marks.
  fileprivate func rows(_ words: String?) -> [[Table.Cell]] {
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
        .text("\(sign) \(check.requirement.val)"), .text("\(sign) \(check.requirement.ood)"),
        words.map { .text($0) } ?? .mark(check.passes),
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
