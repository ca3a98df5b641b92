import Commands
import Evaluation
import Failures
import JSON
import Stages
import Streams

/// Report lines of the five evaluations → whether to deploy.
@main struct GateVerdict: Command {
  static let isStrict = Option.flag("strict", help: "apply the strict thresholds too")
  static let minimumGates = Option.integer("min-gates", default: 3, in: 1...5, help: "gates that must pass")
  static let calibration = Option.text(
    "calibration", placeholder: "FILE", help: "reports of pipelines/calibrate on the same windows, for comparison")

  static let manual = Manual(
    name: "gate-verdict",
    purpose: "decide from five evaluations on two splits whether a predictor should be deployed",
    details: """
      Reads one report line each of offset-sweep (gate A), retrieval-rank (B), ablation-eval (C), rollout-eval (D) and \
      bins-eval (E) with the label VAL, and one each with the label OOD, in any order. The verdict is `deploy` where \
      enough gates pass and the margin on VAL is positive, else `do-not-deploy`. Gate E cannot be measured where a \
      split has no window of normal coherence, and then does not pass. A line that is missing, repeated or malformed, \
      or a figure out of range, is an error and never gives a verdict.

      With --calibration the model is compared with predictors that are not trained and an oracle that returns the \
      true target. `skill` has, for every figure, that of the best of them, and the difference with its 95% interval \
      from a bootstrap over articles in which both meet the same articles: `better` is yes where the interval is above \
      0, no where it is below, and unclear where it holds 0. A gate is marked if even the oracle fails it, if the \
      oracle passes it but no predictor of a mean does, or if a trivial predictor passes it. A model whose predictions \
      do not change when the context is shuffled cannot pass gate C, and is said to be blind to order.
      """,
    operands: .any("FILE"),
    options: [
      isStrict, minimumGates, calibration, CommonOptions.seed, CommonOptions.label, CommonOptions.format,
      CommonOptions.output,
    ],
    memory: "the reports",
    example: "pipelines/5cat best.safetensors val.nvs ood.nvs wiki.npz | head -n 10 | gate-verdict --strict",
    exits: [.answerIsNo: "the verdict is `do-not-deploy`"],
    seeAlso: ["offset-sweep", "retrieval-rank", "ablation-eval", "rollout-eval", "bins-eval"])

  static func run(_ arguments: Arguments) throws -> ExitStatus {
    let (strict, minimum) = (arguments[isStrict], arguments[minimumGates])
    if arguments[calibration] == "-", arguments.operands.isEmpty || arguments.operands.contains("-") {
      throw arguments.refusal(of: calibration, expected: "a file, since the reports come from standard input")
    }
    let reports = try ReportLines.read(arguments.operands)
    let gates = try reports.gates(isStrict: strict)
    let others = try arguments[calibration].map { try Calibration($0, isStrict: strict) }
    let skill = try others.flatMap { try Skill(reports, $0.reports, seed: arguments.seed) }
    let isBlind = try reports.isBlindToOrder()
    try noteHorizon(reports)
    let isFit = gates.isFit(minimumGates: minimum)
    var source = Provenance()
    for provenance in reports.sources.compactMap(Provenance.init) { source.merge(provenance) }
    var fields: [(String, JSON)] = [
      ("gates", .object(Dictionary(uniqueKeysWithValues: gates.outcomes.map { ($0.gate.rawValue, $0.json) }))),
      ("passed", .integer(Int64(gates.passed))), ("min_gates", .integer(Int64(minimum))), ("strict", .bool(strict)),
      ("margin", .number(gates.margin)), ("verdict", .string(isFit ? "deploy" : "do-not-deploy")),
    ]
    if let isBlind { fields.append(("blind_to_order", .bool(isBlind))) }
    if let others { fields += [("skill", skill?.json ?? .null), ("calibration", others.json)] }
    let table = Table(gates, others, skill, isBlind: isBlind == true, minimumGates: minimum, isFit: isFit)
    try Report(arguments, source: source.json, fields: fields, table: table).write(arguments)
    return isFit ? .success : .answerIsNo
  }

  /// Prints a note where a rollout has another number of steps than the five for which gate D's thresholds were set.
  private static func noteHorizon(_ reports: ReportLines) throws {
    for split in ReportLines.Split.allCases {
      if let horizon = try reports.horizon(split), horizon != 5 {
        Diagnostics.note(
          "rollout-eval of \(split.rawValue) has a horizon of \(horizon); the threshold of gate D was set for 5")
      }
    }
  }
}

extension ReportLines {
  func gates(isStrict: Bool) throws -> FiveGates {
    FiveGates(
      val: try figures(.val, isStrict: isStrict), ood: try figures(.ood, isStrict: isStrict), isStrict: isStrict)
  }
}
