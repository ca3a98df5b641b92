import Checkpoints
import Commands
import Failures
import JSON
import Networks

/// A model → its description.
@main struct ModelInfo: Command {
  static let tensors = Option.flag("tensors", help: "also list the tensors")

  static let manual = Manual(
    name: "model-info",
    purpose: "describe a model: architecture, sizes, parameters, training history",
    details: """
      Reads models of nextvec, and weights that PyTorch has saved as safetensors: these are recognized by the names \
      and shapes of their tensors. Only the file's header is read.
      """,
    operands: .required(["FILE"]),
    options: [tensors, CommonOptions.label, CommonOptions.format, CommonOptions.output],
    memory: "the file's header",
    example: "model-init --arch lstm --dim 768 --out m0.safetensors && model-info m0.safetensors | jq .parameters",
    seeAlso: ["model-init", "model-average"])

  static func run(_ arguments: Arguments) throws -> ExitStatus {
    let model = try CheckpointFile(arguments.operands[0])
    var fields = fields(model)
    if arguments[tensors] { fields.append(("tensors", .array(model.file.tensors.map { json($0, model) }))) }
    let table = table(model, fields, withTensors: arguments[tensors])
    try Report(arguments, fields: fields, table: table).write(arguments)
    return .success
  }

  private static func fields(_ model: CheckpointFile) -> [(String, JSON)] {
    let configuration = model.configuration
    var fields: [(String, JSON)] = [("architecture", .string(configuration.architecture.rawValue))]
    for size in Configuration.Size.allCases {
      fields.append((size.rawValue, configuration.sizes.contains(size) ? number(configuration[size]) : .null))
    }
    fields += [
      ("dropout", .number(configuration.dropout)), ("residual", .string(configuration.residual.rawValue)),
      ("positional_scalar", .bool(configuration.hasPositionalScalar)),
      ("positional_scale", .number(model.options.positionalScale)),
      ("last_slot_bias", .number(model.options.lastSlotBias)), ("parameters", number(model.layout.trainable)),
      ("constants", number(model.layout.constants)), ("bytes", number(model.file.size)),
    ]
    for name in ["recipe", "epoch", "step", "history"] { fields.append((name, model.state?[name] ?? .null)) }
    fields += [
      ("moments", .bool(model.hasMoments)), ("extras", .array(model.extras.map { .string($0.name) })),
      ("notes", .object(model.notes.mapValues { .string($0) })),
    ]
    return fields
  }

  private static func number(_ count: Int) -> JSON { .integer(Int64(count)) }

  private static func json(_ tensor: TensorDescription, _ model: CheckpointFile) -> JSON {
    [
      "name": .string(tensor.name), "shape": .array(tensor.shape.map(number)),
      "type": .string(tensor.type.rawValue), "learnt": .bool(model.isTrainable(tensor)),
    ]
  }

  private static func table(_ model: CheckpointFile, _ fields: [(String, JSON)], withTensors: Bool) -> Table {
    let long: Set = ["recipe", "history", "tensors", "extras", "notes"]
    var table = Table(
      fields: fields.filter { !long.contains($0.0) && $0.1 != .null }.map { (name: $0.0, value: $0.1) })
    if let recipe = model.state?["recipe"] {
      table.section(rows: [["recipe", .text(recipe["name"]?.string ?? recipe.string ?? "without a name")]])
    }
    let epochs = model.state?["history"]?.array ?? []
    if !epochs.isEmpty {
      table.section("history", columns: ["epoch", "lr", "loss", "validation mse", "margin"], rows: epochs.map(row))
    }
    if withTensors {
      let rows = model.file.tensors.map { tensor -> [Table.Cell] in
        let shape = tensor.shape.map { "\($0)" }.joined(separator: " x ")
        return [.text(tensor.name), .text(shape.isEmpty ? "scalar" : shape), .text(tensor.type.rawValue)]
      }
      table.section("tensors", columns: ["name", "shape", "type"], rows: rows)
    }
    return table
  }

  private static func row(_ epoch: JSON) -> [Table.Cell] {
    [
      .count(epoch["epoch"]?.int ?? 0), .figure(epoch["lr"]?.double), .figure(epoch["loss"]?.double),
      .figure(epoch["val"]?["mse"]?.double), .figure(epoch["val"]?["margin"]?.double),
    ]
  }
}
