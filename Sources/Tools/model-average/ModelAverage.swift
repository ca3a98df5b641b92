import Checkpoints
import Commands
import Failures

/// Models of one configuration → their mean, or a step towards it.
@main struct ModelAverage: Command {
  enum Outer: String, CaseIterable, Sendable {
    case nesterov
  }

  static let weights = Option<[Double]?>.custom(
    "weights", placeholder: "X,X,...", expectation: "one number of at least 0 for each model, not all 0",
    help: "a weight for each model, such as 1,1,2; they need not add up to 1"
  ) { text in
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { Double($0) }.filter { $0.isFinite && $0 >= 0 && $0 <= 1e12 }
    return numbers.count == parts.count && numbers.contains { $0 > 0 } ? numbers : nil
  }
  static let outer = Option<Outer?>.choice("outer", help: "step from --base towards the mean, with momentum")
  static let base = Option.text("base", placeholder: "FILE", help: "the model that the others were trained from")
  static let rate = Option.real("lr", in: 0...10, help: "learning rate of the outer step").showing(default: "0.7")
  static let momentum = Option.real(
    "momentum", in: 0...1.0.nextDown, help: "momentum of the outer step"
  ).showing(default: "0.9")

  static let manual = Manual(
    name: "model-average",
    purpose: "average models, or take an outer Nesterov step on their mean change",
    details: """
      The mean of the parameters of models of one configuration. It has no training state, since an optimizer's \
      moments belong to one training run.

      With --outer nesterov, models that were trained separately from one base become the base of the next round: with \
      g = base - mean and v = momentum v + g, the new model is base - lr (g + momentum v). Its file keeps v for the \
      next step, which reads it from --base.
      """,
    operands: .atLeastOne("FILE"),
    options: [weights, outer, base, rate, momentum, CommonOptions.model],
    memory: "the mean, one model and one tensor; with --outer two more models",
    example: "model-average --outer nesterov --base m0.safetensors a.safetensors b.safetensors --out m1.safetensors",
    seeAlso: ["model-init", "model-info"])

  static func run(_ arguments: Arguments) throws -> ExitStatus {
    let paths = arguments.operands
    let weights = arguments[weights] ?? paths.map { _ in 1 }
    guard weights.count == paths.count else {
      throw arguments.refusal(of: Self.weights, expected: "\(paths.count) numbers, one for each model")
    }
    try checkOuter(arguments)
    let path = arguments[CommonOptions.model]
    let file = try OutputFile(path)
    let models = try paths.map { try CheckpointFile($0) }
    let average = try Average(models, weights: weights)
    try checkpoint(average, models, arguments).write(to: file.descriptor, path: path)
    try file.commit()
    return .success
  }

  private static func checkOuter(_ arguments: Arguments) throws {
    guard arguments.wasGiven(outer) else {
      for option in [rate, momentum] where arguments.wasGiven(option) {
        throw arguments.refusal(of: option, expected: "--outer nesterov as well")
      }
      if arguments.wasGiven(base) { throw arguments.refusal(of: base, expected: "--outer nesterov as well") }
      return
    }
    if !arguments.wasGiven(base) { throw arguments.refusal(of: outer, expected: "--base FILE as well") }
  }

  private static func checkpoint(
    _ average: Average, _ models: [CheckpointFile], _ arguments: Arguments
  ) throws -> Checkpoint {
    guard let path = arguments[base] else {
      return Checkpoint(
        configuration: average.configuration, parameters: average.parameters, options: average.options)
    }
    let base = try CheckpointFile(path)
    if let model = models.first { try base.checkConfiguration(of: model) }
    let step = OuterStep(rate: arguments[rate] ?? 0.7, momentum: arguments[momentum] ?? 0.9)
    var start = try base.read(trainingState: true)
    start.options = average.options
    return try at(path) { try step.apply(to: start, mean: average.parameters) }
  }
}
