import Checkpoints
import Commands
import Failures
import JSON
import Kernels
import Learning
import Networks
import Stages
import Streams
import Vectors

/// Windows → one pass of training: metrics, and a new checkpoint.
@main struct TrainStep: Command {
  static let model = Option.text("model", placeholder: "FILE", help: "the checkpoint to go on from").required()
  static let out = Option.text("out", placeholder: "FILE", help: "the new checkpoint, written whole or not at all")
    .required()
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
  static let maxSteps = Option.integer("max-steps", in: 1...Int.max, help: "end the pass after N steps")
  static let logEvery = Option.integer(
    "log-every", default: 50, in: 1...Int.max, unit: "steps", help: "one line of means every N steps")
  static let stopOn = Option.custom(
    "stop-on", placeholder: "ALARM,...", default: [TrainingAlarm](), shown: "none",
    expectation: "alarms, of \(TrainingAlarm.allCases.map(\.rawValue).joined(separator: ", "))",
    help:
      "exit 1 where the epoch raises one of these: \(TrainingAlarm.allCases.map(\.rawValue).joined(separator: ", "))"
  ) { word in
    let names = word.split(separator: ",", omittingEmptySubsequences: false)
    let alarms = names.compactMap { TrainingAlarm(rawValue: String($0)) }
    return alarms.count == names.count ? alarms : nil
  }

  static let manual = Manual(
    name: "train-step",
    purpose: "one pass of training over a stream of windows",
    details: """
      Batches are consecutive windows (seq-shuffle makes their order another for every epoch); the last, short batch \
      counts if it has two windows or more, and a stream of fewer than two windows is an error. Standard output gets \
      JSON lines: `step` lines, means since the line before, and one `epoch` line at the end, with the scores on --val \
      and the alarms they raise.

      A recipe is a file of JSON, or a name: of a file in the folder NEXTVEC_RECIPES, else in pipelines/recipes beside \
      the tools. The new checkpoint holds all that training needs to go on: stopping after any epoch and going on gives \
      the same bytes as never having stopped. Should a loss or a gradient not be finite, the pass ends with the alarm \
      `divergence` and writes no checkpoint.
      """,
    operands: .any("FILE"),
    options: [
      model, out, recipe, epoch, validation, batch, rate, dropout, maxSteps, logEvery, stopOn, CommonOptions.seed,
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
    // Opened first: an output that cannot be written shows before any work is done.
    let output = try OutputFile(arguments[out])
    var setup = try checkpoint(arguments)
    let input = try StreamInput(arguments.operands)
    let scoring = try arguments[validation].map { try StreamInput([$0]) }
    Workers.use(threads: arguments.threads)
    let pass = try training(setup, input)
    let judge = try scoring.map { try validating(setup, $0) }
    var lines = TrainingLines(arguments[logEvery], epoch: setup.epoch, learningRate: setup.progress.learningRate)
    try train(pass, input, arguments, &lines)
    var scores: ValidationFigures?
    if let scoring, let judge { scores = try score(scoring, judge) }
    let steps = pass.step - setup.progress.step
    let alarms = setup.progress.end(setup.epoch, step: pass.step, training: lines.all, validation: scores)
    try setup.checkpoint.write(to: output.descriptor, path: output.path)
    try output.commit()
    try lines.end(step: pass.step, steps: steps, leftOver: pass.leftOver, scores, alarms)
    return arguments[stopOn].contains(where: alarms.contains) ? .answerIsNo : .success
  }

  private static func checkpoint(_ arguments: Arguments) throws -> TrainingCheckpoint {
    var changes = TrainingCheckpoint.Changes()
    changes.recipe = try arguments[recipe].map { try RecipeFile.load($0) }
    changes.batch = arguments[batch]
    changes.learningRate = arguments[rate]
    changes.dropout = arguments[dropout]
    changes.epoch = arguments[epoch]
    if arguments.wasGiven(CommonOptions.seed) { changes.seed = arguments.seed }
    let path = arguments[model]
    let checkpoint = try Checkpoint.load(path, trainingState: true)
    return try at(path) { try TrainingCheckpoint(checkpoint, changes) }
  }

  private static func training(_ setup: TrainingCheckpoint, _ input: StreamInput) throws -> TrainingPass<Float> {
    let progress = setup.progress
    let roles = try windows(input, progress.recipe)
    let place = TrainingPass<Float>.Place(
      epoch: setup.epoch, step: progress.step, seed: progress.seed, learningRate: progress.learningRate)
    return try at(input.name) {
      try TrainingPass(setup.learner, recipe: progress.recipe, roles: roles, dim: input.header.dim, at: place)
    }
  }

  /// The roles of a stream's windows.
  private static func windows(_ input: StreamInput, _ recipe: Recipe) throws -> Roles {
    guard let roles = input.header.roles else {
      throw Failure(
        .badData, "expected sequences, found \(input.header.kind.rawValue)", at: input.name,
        hint: "seq-build makes windows of chunks")
    }
    if input.header.offset != recipe.data.offset {
      Diagnostics.note(
        "\(input.name): the windows have offset \(input.header.offset), \(recipe.name) is made for \(recipe.data.offset)"
      )
    }
    let negatives = roles.slots(of: "negative").count
    if negatives < recipe.data.negatives {
      Diagnostics.note(
        "\(input.name): the windows have \(negatives) negatives, \(recipe.name) is made for \(recipe.data.negatives)")
    }
    return roles
  }

  private static func train(
    _ pass: TrainingPass<Float>, _ input: StreamInput, _ arguments: Arguments, _ lines: inout TrainingLines
  ) throws {
    do {
      try read(pass, input, arguments, &lines)
    } catch let divergence as Divergence {
      try lines.diverge(divergence)
      throw Failure(
        .badData, "step \(divergence.step): \(divergence.what) is \(divergence.value): training has diverged",
        at: input.name, hint: "no checkpoint is written; a lower --lr or another recipe may hold")
    }
    guard lines.all.windows > 0 else {
      throw Failure(.badData, "expected two windows or more, found \(pass.leftOver)", at: input.name)
    }
  }

  private static func read(
    _ pass: TrainingPass<Float>, _ input: StreamInput, _ arguments: Arguments, _ lines: inout TrainingLines
  ) throws {
    let progress = Progress(arguments, unit: "windows")
    var left = arguments[maxSteps] ?? Int.max
    while left > 0, let block = try input.next() {
      for window in 0..<block.windows where left > 0 {
        guard let figures = try pass.add(block, window) else { continue }
        left -= 1
        try lines.add(figures, step: pass.step)
      }
      progress.advance(by: block.windows)
    }
    if left > 0, let figures = try pass.finish() { try lines.add(figures, step: pass.step) }
    progress.finish()
  }

  private static func validating(_ setup: TrainingCheckpoint, _ input: StreamInput) throws -> Validation<Float> {
    let roles = try windows(input, setup.progress.recipe)
    return try at(input.name) {
      try Validation(
        setup.learner, roles: roles, dim: input.header.dim, previous: setup.progress.recipe.data.previous,
        conditions: setup.learner.conditions(setup.progress.recipe, epoch: setup.epoch))
    }
  }

  private static func score(_ input: StreamInput, _ validation: Validation<Float>) throws -> ValidationFigures {
    while let block = try input.next() {
      for window in 0..<block.windows { validation.add(block, window) }
    }
    guard let figures = validation.finish() else {
      throw Failure(.badData, "the stream has no windows", at: input.name)
    }
    guard figures.cosineNext.isFinite, figures.error.isFinite else {
      throw Failure(.badData, "the model's predictions are not finite", at: input.name)
    }
    return figures
  }
}
