import Checkpoints
import Commands
import Failures
import Learning
import Networks

/// Nothing → an untrained model.
@main struct ModelInit: Command {
  static let architecture = Option<Configuration.Architecture?>.choice("arch", help: "the architecture")
    .showing(default: "the recipe's")
  static let recipe = Option.text(
    "recipe", placeholder: "NAME|FILE", help: "take architecture, sizes, residual and positional column from a recipe")
  static let dim = Option.integer("dim", in: Configuration.Size.dim.range, help: "entries of a vector").required()
  static let context = Option.integer(
    "ctx", default: 5, in: Configuration.Size.context.range, unit: "chunks", help: "context length")
  static let width = size(.width, "the width of transformers and grus", default: "512")
  static let hidden = size(
    .hidden, "the recurrent width of lstms; the first residual width of amn; that of mlp", default: "512")
  static let layers = size(.layers, "layers or blocks", default: "4, of an lstm 2")
  static let heads = size(.heads, "attention heads; they divide the width", default: "8")
  static let dropout = Option.real(
    "dropout", in: 0...1.0.nextDown, help: "the share of activations that training sets to 0"
  ).showing(default: "transformers 0.1, lstm 0.2, rankers and mixtures 0.1, else 0")
  static let residual = Option<Configuration.Residual?>.choice(
    "residual", help: "what the network's output is added to: the last chunk, or a weighted mean of the context"
  ).showing(default: "the recipe's, else none")
  static let positionalScalar = Option.flag("positional-scalar", help: "one more input column, the chunk's position")

  static let manual = Manual(
    name: "model-init",
    purpose: "make a new model, with parameters initialized as in PyTorch",
    details: """
      Weights have the distributions of torch.nn, but come from another generator. Those of a tensor depend on the \
      seed and the tensor's name, so that the same seed gives the same file. The file is in the safetensors format, \
      with the names of PyTorch's state_dict.
      """,
    options: [
      architecture, recipe, dim, context, width, hidden, layers, heads, dropout, residual, positionalScalar,
      CommonOptions.seed,
      CommonOptions.model,
    ],
    memory: "the model, 4 bytes a parameter",
    example: "model-init --arch transformer --dim 768 --ctx 5 --out m0.safetensors && model-info m0.safetensors",
    seeAlso: ["model-info", "model-average"])

  private static func size(_ size: Configuration.Size, _ help: String, default words: String) -> Option<Int?> {
    Option.integer(size.rawValue, in: size.range, help: help).showing(default: words)
  }

  static func run(_ arguments: Arguments) throws -> ExitStatus {
    let configuration = try configuration(arguments)
    let path = arguments[CommonOptions.model]
    guard configuration.architecture != .ridge else {
      throw arguments.refusal(
        of: architecture, expected: "an architecture with random initial parameters; ridge-fit makes a ridge")
    }
    let checkpoint = try initialized(configuration, arguments)
    let file = try OutputFile(path)
    try checkpoint.write(to: file.descriptor, path: path)
    try file.commit()
    return .success
  }

  private static func initialized(_ configuration: Configuration, _ arguments: Arguments) throws -> Checkpoint {
    do {
      return try Checkpoint(starting: configuration, seed: arguments.seed)
    } catch var failure as Failure {
      // The sizes come from the command line.
      failure.status = .usage
      throw failure
    }
  }

  private static func configuration(_ arguments: Arguments) throws -> Configuration {
    let recipe = try arguments[recipe].map { try RecipeFile.load($0) }
    let name = try architecture(recipe, arguments)
    var configuration = Configuration(name, dim: arguments[dim], context: arguments[context])
    for (option, size) in [(width, Configuration.Size.width), (hidden, .hidden), (layers, .layers), (heads, .heads)] {
      guard let given = arguments[option] else {
        // Of a recipe that states it, and of the architecture that it was stated for.
        if name.rawValue == recipe?.model.architecture, configuration.sizes.contains(size),
          let stated = recipe?.model.sizes[size.rawValue]
        {
          configuration[size] = stated
        }
        continue
      }
      guard configuration.sizes.contains(size) else {
        throw arguments.refusal(of: option, expected: "no --\(size.rawValue): \(name.rawValue) has none")
      }
      configuration[size] = given
    }
    let stated = name.rawValue == recipe?.model.architecture ? recipe?.model.dropout : nil
    configuration.dropout = arguments[dropout] ?? stated ?? configuration.dropout
    configuration.residual = arguments[residual] ?? recipe?.model.residual ?? .none
    configuration.hasPositionalScalar = arguments[positionalScalar] || recipe?.model.positionalScalar != nil
    if configuration.sizes.contains(.heads), configuration.width % configuration.heads != 0 {
      let option = arguments.wasGiven(heads) ? heads : width
      throw arguments.refusal(
        of: option,
        expected: "a width that is a multiple of the heads, found \(configuration.width) and \(configuration.heads)")
    }
    return configuration
  }

  private static func architecture(
    _ recipe: Recipe?, _ arguments: Arguments
  ) throws -> Configuration.Architecture {
    if let given = arguments[architecture] { return given }
    guard let recipe else { throw arguments.refusal(of: architecture, expected: "an architecture, or --recipe") }
    guard let name = Configuration.Architecture(rawValue: recipe.model.architecture) else {
      let known = Configuration.Architecture.allCases.map(\.rawValue).joined(separator: ", ")
      throw Failure(
        .badData, "model.arch: expected one of \(known), found \(recipe.model.architecture)", at: recipe.name)
    }
    return name
  }
}
