import Commands
import Failures
import Sequences
import Stages
import Streams
import Vectors

/// Windows → the same windows with a damaged context.
@main struct SeqAblate: Command {
  static let mode =
    Option<ContextAblation.Mode?>.custom(
      "mode", placeholder: "MODE",
      expectation: "one of shuffle, reverse, drop-one:J, repeat-last, cross-article",
      help: "what is done to the context",
      read: { ContextAblation.Mode($0) }
    ).required() as Option<ContextAblation.Mode>

  static let manual = Manual(
    name: "seq-ablate",
    purpose: "damage the contexts of windows, to see what a predictor leans on",
    details: """
      The modes: `shuffle` puts the context chunks of each window in a random order (which may be the old one); \
      `reverse` puts the last first; `drop-one:J` leaves out the chunk in slot J, from 0, moves up those after it and \
      repeats the last that remains, so that the length stays; `repeat-last` puts the last context chunk into every \
      slot; `cross-article` replaces the last context chunk by one of another article of the stream, each article as \
      likely as any other. Targets, other roles, weights and rows stay as they are.

      Draws are seeded by --seed and the target's key: a window gets the same one wherever it is in the stream. \
      cross-article adds the chunks drawn to the rows, so that its output is not ordered and holds chunks twice; the \
      stream waits in a temporary file (in TMPDIR, or /tmp) until all articles are known, and one article alone is an \
      error.
      """,
    operands: .any("FILE"),
    options: [mode, CommonOptions.seed, CommonOptions.output, CommonOptions.flush],
    memory: "one frame; with cross-article 24 to 48 bytes a row, and the stream passes through a temporary file",
    example: "npz-read wiki.npz | seq-build | seq-ablate --mode shuffle > shuffled.nvs",
    seeAlso: ["seq-build", "seq-gate"])

  static func run(_ arguments: Arguments) throws -> ExitStatus {
    let mode = arguments[mode]
    let filter = try Filter(arguments, seed: mode.isRandom ? arguments.seed : nil)
    let roles = try filter.input.expectWindows()
    if mode == .crossArticle {
      try crossArticles(filter, roles)
    } else {
      var ablation = try at("--mode") { try ContextAblation(mode, roles: roles, seed: arguments.seed) }
      try filter.run(each: { block, writer in
        try ablation.apply(to: block) {
          try writer.write([block], indices: $0, repeated: block.repeated, weights: block.weights)
        }
        return true
      })
    }
    return .success
  }

  private static func crossArticles(_ filter: Filter, _ roles: Roles) throws {
    let header = filter.input.header
    let spool = try StreamSpool(header)
    var draw = OtherArticleSampler()
    try filter.run {
      $0.ordered = false
    } each: { block, _ in
      draw.add(block)
      try spool.append(block)
      return true
    } finish: { writer in
      try at(filter.input.name) { try draw.finish() }
      var crossing = CrossArticle(draw, dim: header.dim, roles: roles, seed: filter.arguments.seed)
      try spool.readBack { block in
        try crossing.apply(to: block, vector: spool.readVector) { frame in
          try writer.write(frame.runs, indices: frame.indices, repeated: frame.repeated, weights: block.weights)
        }
      }
      return [:]
    }
  }
}
