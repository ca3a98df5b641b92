import Commands
import Failures
import Sequences
import Stages
import Streams
import Vectors

/// Chunks → windows within articles.
@main struct SeqBuild: Command {
  static let context = Option.integer("ctx", default: 5, in: 1...512, unit: "chunks", help: "context length")
  static let offset = Option.integer(
    "offset", default: 1, in: 1...10_000, unit: "chunks",
    help: "target: the chunk so many after the last context chunk; 1 is plain next-vector prediction")
  static let stride = Option.integer(
    "stride", default: 1, in: 1...1_000_000, unit: "chunks", help: "from the start of one window to the next")
  static let negatives = Option.integer(
    "negatives", default: 0, in: 0...10_000, unit: "chunks",
    help: "seeded draws from the same article, never a chunk of the window itself")
  static let futures = Option.integer(
    "futures", default: 0, in: 0...10_000, unit: "chunks", help: "chunks after the target")

  static let manual = Manual(
    name: "seq-build",
    purpose: "make windows of consecutive chunks, each within one article",
    details: """
      A window is --ctx chunks of context and the target, --offset chunks after the last of them. No window leaves its \
      article or spans a gap in the chunk numbers; articles too short for a window are counted, reported, and passed \
      on. From offset 2 on the chunk just before the target has a slot of its own, `previous`. Windows are indices \
      into the rows, which pass unchanged.

      Negatives come from the window's whole article, or, where that is longer than 32 MiB of vectors, from the 32 MiB \
      stretch around it. A window whose article has too few other chunks is left out and counted.
      """,
    operands: .any("FILE"),
    options: [
      context, offset, stride, negatives, futures, CommonOptions.seed, CommonOptions.output, CommonOptions.flush,
    ],
    memory: "one window and one frame, and some 50 bytes an article; with --negatives one article, up to 32 MiB",
    example: "npz-read wiki.npz | seq-build --ctx 5 --offset 2 | direction-diagnose",
    seeAlso: ["npz-read", "article-select", "seq-gate", "seq-shuffle", "direction-diagnose"])

  static func run(_ arguments: Arguments) throws -> ExitStatus {
    let options = SequenceOptions(
      context: arguments[context], offset: arguments[offset], stride: arguments[stride],
      negatives: arguments[negatives], futures: arguments[futures], seed: arguments.seed)
    let filter = try Filter(arguments, seed: options.negatives > 0 ? arguments.seed : nil)
    try filter.input.expect(.chunks)
    var builder = SequenceBuilder(dim: filter.input.header.dim, options: options)
    try filter.run { header in
      header.kind = .windows
      header.roles = options.roles
      header.offset = options.offset
    } each: { block, writer in
      try at(filter.input.name) {
        try builder.add(block) { try writer.write($0.runs, indices: $0.indices, repeated: $0.repeated) }
      }
      return true
    } finish: { writer in
      try builder.finish { try writer.write($0.runs, indices: $0.indices, repeated: $0.repeated) }
      note(builder)
      return [
        "short_articles": builder.shortArticles, "windows_without_negatives": builder.windowsWithoutNegatives,
      ]
    }
    return .success
  }

  private static func note(_ builder: SequenceBuilder) {
    if builder.shortArticles > 0 {
      Diagnostics.note(
        "\(builder.shortArticles) of \(builder.articles) articles have no run of \(builder.options.span) chunks and give no window"
      )
    }
    if builder.windowsWithoutNegatives > 0 {
      Diagnostics.note(
        "\(builder.windowsWithoutNegatives) windows left out: fewer than \(builder.options.negatives) other chunks in their article"
      )
    }
  }
}
