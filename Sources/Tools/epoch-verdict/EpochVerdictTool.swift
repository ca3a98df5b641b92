import Commands
import Failures
import JSON
import Learning
import Stages

/// The lines of an epoch → whether it is the best so far, and whether training goes on.
@main struct EpochVerdictTool: Command {
  static let gates = Option.text("5cat", placeholder: "FILE", help: "the epoch's 5CAT: its lines, the verdict last")
  static let selection = Option<Recipe.Selection>.choice(
    "select", default: .cosine, help: "the figure of the validation by which the best epoch is chosen")
  static let best = Option.text("best", placeholder: "FILE", help: "the line of the best epoch so far")
  static let stopOn = Option<[TrainingAlarm]>.list(
    "stop-on", placeholder: "ALARM,...", noun: "alarms", help: "the answer is no if the epoch raised one of these")
  static let recipe = Option.text(
    "recipe", placeholder: "NAME|FILE", help: "the answer is no if a stage ends with the epoch and a gate of it failed")
  static let rollout = Option.text(
    "rollout", placeholder: "FILE", help: "the report of rollout-eval for the gate `rollout` of a stage")
  static let ignoreGates = Option.flag("ignore-gates", help: "name the stage's gates that failed, but go on")
  static let isLine = Option.flag("line", help: "print one line for people about the epoch, and exit 0")
  static let isSummary = Option.flag("summary", help: "print which epoch it is and its cosine for people, and exit 0")

  static let manual = Manual(
    name: "epoch-verdict",
    purpose: "decide after an epoch whether training goes on",
    details: """
      Reads the lines of train-step; the last one, of the epoch's end, counts. `is_best` says whether the figure \
      --select of the validation is higher than that of --best; an epoch is not beaten by itself or a later one. `go_on` is \
      false if the epoch raised an alarm of --stop-on (`backward` also if the margin of the 5CAT is negative), or if \
      the next epoch begins a stage of --recipe and a gate of the stage before is not reached; `reason` says which.
      """,
    operands: .required(["FILE"]),
    options: [
      gates, best, selection, stopOn, recipe, rollout, ignoreGates, isLine, isSummary, CommonOptions.label,
      CommonOptions.format,
      CommonOptions.output,
    ],
    memory: "the lines",
    example: "epoch-verdict --best best.json --stop-on copy-last 3.jsonl | jq .is_best",
    exits: [.answerIsNo: "training should not go on"],
    seeAlso: ["train-step", "recipe-info", "gate-verdict"])

  static func run(_ arguments: Arguments) throws -> ExitStatus {
    let lines = try EpochLines(arguments.operands.first ?? "-")
    let gatesLine = try arguments[gates].map { try GatesLine($0) }
    if arguments[isLine] {
      try Report.write(lines.text + (gatesLine?.text ?? "") + "\n", arguments)
      return .success
    }
    if arguments[isSummary] {
      try Report.write(lines.summary + "\n", arguments)
      return .success
    }
    return try judge(lines, gatesLine, arguments)
  }

  private static func judge(_ lines: EpochLines, _ gates: GatesLine?, _ arguments: Arguments) throws -> ExitStatus {
    var outcome = lines.outcome(arguments[selection])
    outcome.gatesMargin = gates?.margin
    let ending = try arguments[recipe].flatMap { try RecipeFile.load($0).stageEnding(before: outcome.epoch + 1) }
    if ending?.gates["rollout"] != nil {
      guard let path = arguments[rollout] else {
        throw arguments.refusal(of: rollout, expected: "a report of rollout-eval, as the stage has a gate for it")
      }
      outcome.figures["rollout"] = try rolloutCosine(path)
    }
    let verdict = EpochVerdict(
      outcome, best: try arguments[best].map { try EpochLines($0).outcome(arguments[selection]) },
      stopOn: arguments[stopOn].map(\.rawValue),
      ending: ending)
    let stops = !verdict.stoppingAlarms.isEmpty || !verdict.failedGates.isEmpty && !arguments[ignoreGates]
    let fields: [(String, JSON)] = [
      ("epoch", .integer(Int64(outcome.epoch))), ("is_best", .bool(verdict.isBest)), ("go_on", .bool(!stops)),
      ("reason", reason(verdict, outcome.epoch, ending).map { .string($0) } ?? .null),
      ("stopping_alarms", .array(verdict.stoppingAlarms.map { .string($0) })),
      ("failed_gates", .object(Dictionary(uniqueKeysWithValues: verdict.failedGates.map { ($0.name, $0.json) }))),
    ]
    try Report(arguments, fields: fields).write(arguments)
    return stops ? .answerIsNo : .success
  }

  private static func rolloutCosine(_ path: String) throws -> Double {
    guard let line = try JSONLines.last(of: path), let cosine = line["mean_cos"]?.double else {
      throw Failure(.badData, "expected a report of rollout-eval with mean_cos", at: path)
    }
    return cosine
  }

  private static func reason(_ verdict: EpochVerdict, _ epoch: Int, _ ending: Recipe.Stage?) -> String? {
    if !verdict.stoppingAlarms.isEmpty {
      return "stopped after epoch \(epoch): \(verdict.stoppingAlarms.joined(separator: ", "))"
    }
    guard !verdict.failedGates.isEmpty else { return nil }
    let gates = verdict.failedGates.map {
      "\($0.name) \($0.value.map(Figures.shortest) ?? "has no figure"), at least \(Figures.shortest($0.minimum)) is required"
    }
    return "stage \(ending?.name ?? "") failed its gates: \(gates.joined(separator: "; "))"
  }
}

extension EpochVerdict.FailedGate {
  fileprivate var json: JSON { ["value": .figure(value), "minimum": .number(minimum)] }
}
