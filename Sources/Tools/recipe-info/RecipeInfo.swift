import Commands
import Failures
import JSON
import Learning

/// Shows a recipe with every default filled in.
@main struct RecipeInfo: Command {
  static let epoch = Option.integer(
    "epoch", in: 1...1_000_000, help: "print what holds in this epoch instead: stage, share of windows, gates, terms")
  static let terms = Option.flag("terms", help: "print the table of all terms for docs/recipes.md, and no recipe")

  static let manual = Manual(
    name: "recipe-info",
    purpose: "print a recipe with every default filled in",
    details: """
      NAME is a recipe in the folder NEXTVEC_RECIPES or, if that is not set, in pipelines/recipes beside the tools; a \
      word with a slash or ending in .json is a file. The output is a recipe itself: train-step --recipe takes it. \
      docs/recipes.md explains the keys.

      With --epoch the output is what holds in that epoch: `stage`, the name; `top`, the share of the windows that it \
      sees, 1 without stages; `begins_stage`, and then `gates`, which the stage before must have reached; `batch`, \
      `lr`, `weight_decay` and `clip`; the network's `positional_scalar` and `last_slot_bias`; and for every active \
      term its parameters and weight as numbers.
      """,
    operands: .optional("NAME|FILE"),
    options: [epoch, terms, CommonOptions.format, CommonOptions.output],
    memory: "the recipe",
    example: "recipe-info p6b-v2.3 | jq -c '.terms[]'",
    seeAlso: ["train-step", "model-init"])

  static func run(_ arguments: Arguments) throws -> ExitStatus {
    if arguments[terms] {
      try Report.write(LossTerms.table, arguments)
      return .success
    }
    guard let name = arguments.operands.first else {
      throw Failure(.usage, "NAME|FILE is missing: expected a recipe, such as p1-baseline")
    }
    let recipe = try RecipeFile.load(name)
    let json = arguments[epoch].map { recipe.json(epoch: $0) } ?? recipe.json(.complete)
    try Report.write(json, text: Table(fields: fields(of: json)).text, arguments)
    return .success
  }

  /// The members of an object, its name first.
  private static func fields(of json: JSON) -> [(name: String, value: JSON)] {
    let members = (json.object ?? [:]).sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
    return members.filter { $0.name == "name" } + members.filter { $0.name != "name" }
  }
}
