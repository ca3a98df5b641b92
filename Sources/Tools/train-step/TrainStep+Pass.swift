import Checkpoints
import Commands
import Failures
import Learning
import Networks
import Stages
import Streams
import Vectors

// What a pass is made of.
extension TrainStep {
  /// The checkpoint, with what the flags change.
  static func checkpoint(_ arguments: Arguments) throws -> TrainingCheckpoint {
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

  static func training(_ setup: TrainingCheckpoint, _ input: StreamInput) throws -> TrainingPass<Float> {
    let progress = setup.progress
    let roles = try input.expectWindows()
    note(progress.recipe, setup, input, roles)
    let position = TrainingPass<Float>.Position(
      epoch: setup.epoch, step: progress.step, seed: progress.seed, learningRate: progress.learningRate)
    return try at(input.name) {
      try TrainingPass(setup.learner, recipe: progress.recipe, roles: roles, dim: input.header.dim, at: position)
    }
  }

  /// Tells where model and windows are not what the recipe is made for, though it can be followed.
  private static func note(_ recipe: Recipe, _ setup: TrainingCheckpoint, _ input: StreamInput, _ roles: Roles) {
    let (offset, negatives) = (input.header.offset, roles.slots(of: "negative").count)
    if offset != recipe.data.offset {
      Diagnostics.note(
        "\(input.name): the windows have offset \(offset), \(recipe.name) is made for \(recipe.data.offset)")
    }
    if negatives < recipe.data.negatives {
      Diagnostics.note(
        "\(input.name): the windows have \(negatives) negatives, \(recipe.name) is made for \(recipe.data.negatives)")
    }
    if recipe.model.positionalScalar != nil, !setup.configuration.hasPositionalScalar {
      Diagnostics.note(
        "the model has no positional column (model-init --positional-scalar) for \(recipe.name) to scale")
    }
  }

  /// Trains on all windows, and reports a divergence.
  static func train(
    _ pass: TrainingPass<Float>, _ input: StreamInput, _ arguments: Arguments, _ lines: inout TrainingLines
  ) throws {
    try read(pass, input, arguments, &lines)
    guard lines.all.windows > 0 else {
      throw Failure(.badData, "expected two windows or more, found \(pass.leftOver)", at: input.name)
    }
    noteLength(pass.meanTargetLength, input)
  }

  /// Such vectors need not make training diverge for it to learn nothing.
  private static func noteLength(_ length: Double, _ input: StreamInput) {
    guard length > 0, !(0.01...100).contains(length) else { return }
    Diagnostics.note(
      "\(input.name): recipes are made for vectors of length 1, these have a mean of \(Figures.shortest(length)): "
        + "npz-read --normalize makes it 1")
  }

  private static func read(
    _ pass: TrainingPass<Float>, _ input: StreamInput, _ arguments: Arguments, _ lines: inout TrainingLines
  ) throws {
    let progress = Progress(arguments, unit: "windows")
    var left = arguments[maxSteps] ?? Int.max
    while left > 0, let block = try input.next() {
      for window in 0..<block.windows where left > 0 {
        let figures: StepFigures?
        do {
          figures = try pass.add(block, window)
        } catch let divergence as Divergence {
          throw try failure(divergence, input, lines, longest: longest(block))
        }
        guard let figures else { continue }
        left -= 1
        try lines.add(figures, step: pass.step, learningRate: pass.learningRate)
      }
      progress.advance(by: block.windows)
    }
    do {
      if left > 0, let figures = try pass.finish() {
        try lines.add(figures, step: pass.step, learningRate: pass.learningRate)
      }
    } catch let divergence as Divergence {
      throw try failure(divergence, input, lines, longest: 0)
    }
    progress.finish()
  }

  /// Writes the line of a divergence, and says what may be done.
  ///
  /// - Parameter longest: of the vectors that training diverged on.
  private static func failure(
    _ divergence: Divergence, _ input: StreamInput, _ lines: TrainingLines, longest: Double
  ) throws -> Failure {
    try lines.diverge(divergence)
    let value = divergence.value.isNaN ? "nan" : "infinite"
    let hint =
      longest > 1000
      ? "the vectors are up to \(Figures.shortest(longest.rounded())) long: normalize them (npz-read --normalize)"
      : "no checkpoint is written; a lower --lr or another recipe may hold"
    return Failure(
      .badData, "step \(divergence.step): \(divergence.what) is \(value): training has diverged", at: input.name,
      hint: hint)
  }

  /// The length of the longest vector of a block.
  private static func longest(_ block: VectorBlock) -> Double {
    (0..<block.rows).reduce(0) { longest, row in
      max(longest, block.vector(row).reduce(0) { $0 + Double($1) * Double($1) }.squareRoot())
    }
  }

  static func validating(_ setup: TrainingCheckpoint, _ input: StreamInput) throws -> Validation<Float> {
    let roles = try input.expectWindows()
    return try at(input.name) {
      try Validation(
        setup.learner, roles: roles, dim: input.header.dim, previous: setup.progress.recipe.data.previous,
        options: setup.learner.options(setup.progress.recipe, epoch: setup.epoch))
    }
  }

  static func score(_ input: StreamInput, _ validation: Validation<Float>) throws -> ValidationFigures {
    while let block = try input.next() {
      for window in 0..<block.windows { validation.add(block, window) }
    }
    guard let figures = validation.finish() else {
      throw Failure(.badData, "the stream has no windows", at: input.name)
    }
    guard figures.cosineNext.isFinite, figures.error.isFinite else {
      throw Failure(
        .badData, "the model's predictions are not finite: training has diverged in its last step", at: input.name)
    }
    return figures
  }
}
