import Checkpoints
import Commands
import Failures
import Kernels
import Learning
import Stages

/// Windows → one pass of training: metrics, and a new checkpoint.
@main struct TrainStep: Command {
  static let model = Option.text("model", placeholder: "FILE", help: "the checkpoint to go on from").required()
  static let recipe = Option.text("recipe", placeholder: "NAME|FILE", help: "how to train")
    .showing(default: "the checkpoint's own")
  static let epoch = Option.integer("epoch", in: 1...1_000_000, help: "the epoch, counted from 1")
    .showing(default: "the one after the checkpoint's last")
  static let validation = Option.text(
    "val", placeholder: "STREAM", help: "windows to score the model on at the end: a file or a named pipe")
  static let batch = Option.integer("batch", in: 2...65_536, unit: "windows", help: "windows of one step")
    .showing(default: "the recipe's")
  static let rate = Option.real("lr", in: 0...10, help: "learning rate").showing(default: "the recipe's")
  static let dropout = Option.real("dropout", in: 0...1.0.nextDown, help: "the share of activations set to 0")
    .showing(default: "the model's")
  static let maxSteps = Option.integer(
    "max-steps", in: 1...Int.max, help: "end the pass after N steps; the rest of the windows is not read")
  static let logEvery = Option.integer(
    "log-every", default: 50, in: 1...Int.max, unit: "steps", help: "one line of means every N steps")
  static let stopOn = Option<[TrainingAlarm]>.list(
    "stop-on", placeholder: "ALARM,...", noun: "alarms", help: "exit 1 if the epoch raises one of these")

  static let manual = Manual(
    name: "train-step",
    purpose: "one pass of training over a stream of windows",
    details: """
      Batches are consecutive windows (seq-shuffle makes their order another for every epoch); the last, short batch \
      counts if it has two windows or more, and a stream of fewer than two windows is an error. Standard output gets \
      JSON lines: `step` lines, means since the line before, and one `epoch` line at the end, with the scores on --val \
      and the alarms they raise.

      A recipe is a file of JSON, or a name: of a file in the folder NEXTVEC_RECIPES, else in pipelines/recipes beside \
      the tools. The new checkpoint holds all that training needs to resume: stopping after any epoch and resuming gives \
      the same bytes as never having stopped. Should a loss or a gradient not be finite, the pass ends with the alarm \
      `divergence` and writes no checkpoint.
      """,
    operands: .any("FILE"),
    options: [
      model, CommonOptions.model, recipe, epoch, validation, batch, rate, dropout, maxSteps, logEvery, stopOn,
      CommonOptions.seed.showing(default: "the checkpoint's, else 17"),
      CommonOptions.threads,
    ],
    memory: "four times the model, the activations of one batch and of 256 windows, and one frame",
    example: """
      seq-build chunks.nvs | seq-shuffle --seed 1 \\
            | train-step --model e0.safetensors --out e1.safetensors --recipe p1-baseline --val val.nvs > e1.jsonl
      """,
    exits: [.answerIsNo: "an alarm of --stop-on was raised; the checkpoint is written all the same"],
    seeAlso: ["seq-build", "seq-gate", "seq-shuffle", "model-init", "model-predict"])

  static func run(_ arguments: Arguments) throws -> ExitStatus {
    if arguments[validation] == "-" { throw arguments.refusal(of: validation, expected: "a file or a named pipe") }
    // Opened first: an output that cannot be written shows before any work is done.
    let output = try OutputFile(arguments[CommonOptions.model])
    var setup = try checkpoint(arguments)
    let input = try StreamInput(arguments.operands)
    let scoring = try arguments[validation].map { try StreamInput([$0]) }
    try Workers.use(threads: arguments.threads)
    let pass = try training(setup, input)
    let judge = try scoring.map { try validating(setup, $0) }
    var lines = TrainingLines(arguments[logEvery], epoch: setup.epoch, learningRate: setup.progress.learningRate)
    try train(pass, input, arguments, &lines)
    var scores: ValidationFigures?
    judge?.constant = pass.meanTarget
    if let scoring, let judge { scores = try score(scoring, judge) }
    let steps = pass.step - setup.progress.step
    let alarms = setup.progress.end(setup.epoch, step: pass.step, training: lines.all, validation: scores)
    try setup.checkpoint.write(to: output.descriptor, path: output.path)
    try output.commit()
    try lines.end(step: pass.step, steps: steps, leftOver: pass.leftOver, scores, alarms)
    return arguments[stopOn].contains(where: alarms.contains) ? .answerIsNo : .success
  }
}
