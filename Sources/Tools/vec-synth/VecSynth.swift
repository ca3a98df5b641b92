import Commands
import Failures
import Sequences
import Stages
import Streams
import Vectors

/// Chunk streams of known nature.
@main struct VecSynth: Command {
  static let process = Option.choice(
    "process", default: SyntheticProcess.Kind.ar, help: "what the articles are, see above")
  static let articles = Option.integer("articles", default: 100, in: 0...1_000_000_000, help: "how many articles")
  static let chunks = Option.integer("chunks", default: 50, in: 1...10_000_000, help: "chunks in each article")
  static let dim = Option.integer("dim", default: 384, in: 1...1_048_576, help: "entries of a vector")
  static let rho = Option.real("rho", default: 0.7, in: 0...1, help: "how much of a chunk the next one keeps")
  static let angle = Option.real(
    "angle", default: 30, in: -180...180, unit: "degrees", help: "rotation: mean turn from chunk to chunk")
  static let spread = Option.real(
    "spread", default: 0, in: 0...1, help: "rotation: each article turns by an angle of its own, angle * (1 +- spread)")
  static let noise = Option.real(
    "noise", default: 0, in: 0...1000, help: "standard deviation of noise on every entry, whose own is 1")
  static let raw = Option.flag("raw", help: "leave the vectors as drawn, instead of scaling them to unit length")

  static let manual = Manual(
    name: "vec-synth",
    purpose: "make a stream of chunks whose nature is known",
    details: """
       ar           x' = rho x + sqrt(1 - rho^2) e   Gaussian, the same in both directions of time
       rotation     the same with x turned in every plane of two dimensions: irreversible
       random-walk  x' = x + sqrt(1 - rho^2) e       drifts
       topic        x = sqrt(rho) topic + sqrt(1 - rho) e   articles with a topic and no order
       copy         x' = x with probability rho, else a new draw

      In many dimensions the mean cosine of chunks k apart is rho^k for ar and copy, rho^k cos(k angle) for rotation, \
      rho for topic; noise divides it by 1 + noise^2.
      """,
    options: [
      process, articles, chunks, dim, rho, angle, spread, noise, raw, CommonOptions.seed, CommonOptions.output,
      CommonOptions.flush,
    ],
    memory: "one article",
    example: "vec-synth --process rotation --articles 40 | seq-build --ctx 5 | direction-diagnose",
    seeAlso: ["seq-build", "direction-diagnose"])

  static func run(_ arguments: Arguments) throws -> ExitStatus {
    var source = try Source(arguments)
    let dim = arguments[dim]
    let synthetic = SyntheticProcess(
      kind: arguments[process], dim: dim, chunks: arguments[chunks], rho: arguments[rho],
      angle: arguments[angle] * .pi / 180, spread: arguments[spread], noise: arguments[noise], seed: arguments.seed)
    let normalizes = !arguments[raw]
    let articles = arguments[articles]
    try source.begin(
      StreamHeader(kind: .chunks, dim: dim, ordered: true),
      total: articles.multipliedReportingOverflow(by: synthetic.chunks).partialValue,
      seed: arguments.seed)
    var store = VectorStore(dim: dim)
    let rowsPerFrame = arguments[CommonOptions.flush] ? 1 : StreamWriter.rowsPerFrame(dim: dim)
    for article in 0..<articles {
      synthetic.append(article: UInt64(article), to: &store, normalizes: normalizes)
      if store.rows >= rowsPerFrame { try source.writeAll(&store) }
    }
    try source.writeAll(&store)
    try source.finish()
    return .success
  }
}
