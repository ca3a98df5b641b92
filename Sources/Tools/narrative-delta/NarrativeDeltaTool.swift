import Commands
import Evaluation
import Failures
import JSON
import Stages
import Streams
import Vectors

/// Windows of offset 1 → whether chunks are closer to the next one than to the one before.
@main struct NarrativeDeltaTool: Command {
  static let manual = Manual(
    name: "narrative-delta",
    purpose: "compare each chunk's cosine with the next chunk and with the one before",
    details: """
      For each window, cos(last context chunk, target) - cos(last context chunk, the one before it). The decision is \
      `retry` for a mean of 0.15 or more, `borderline` for 0.10 or more, `abandon` below.

      What this can show is limited. Cosine is symmetric, so within an article the sum telescopes to the cosine of the \
      last pair of neighbours minus that of the first, and the mean is near 0 for any long document, whatever its \
      arrow of time. `telescoped` is the mean that those two pairs alone predict.
      """,
    operands: .any("FILE"),
    options: [
      CommonOptions.limit, CommonOptions.seed, CommonOptions.label, CommonOptions.format, CommonOptions.output,
    ],
    memory: "one frame, 8 bytes a window, and a few numbers for each article",
    example: "npz-read novels.npz | seq-build --ctx 5 | narrative-delta",
    exits: [.answerIsNo: "the decision is `abandon`"],
    seeAlso: ["direction-diagnose"])

  static func run(_ arguments: Arguments) throws -> ExitStatus {
    let report = try WindowReport(arguments)
    var delta = try at(report.input.name) {
      try NarrativeDelta(roles: report.roles, offset: report.input.header.offset)
    }
    try report.read(limit: arguments[CommonOptions.limit]) { delta.add($0, windows: $1) }
    let interval = delta.interval95(seed: arguments.seed)
    let quartiles = delta.quartiles
    var table = Table()
    table.section(rows: [
      ["windows", .count(delta.windows)], ["articles", .count(delta.articles)],
      ["mean cosine with the next chunk", .figure(delta.meanCosineNext)],
      ["mean cosine with the chunk before", .figure(delta.meanCosinePrevious)],
      ["mean delta", .figure(delta.mean)],
      ["  95% interval from", .figure(interval?.lowerBound)], ["  to", .figure(interval?.upperBound)],
      ["  predicted by the articles' first and last pairs", .figure(delta.telescoped)],
      ["quartile 25%", .figure(quartiles[0])], ["quartile 50%", .figure(quartiles[1])],
      ["quartile 75%", .figure(quartiles[2])], ["decision", .text(delta.decision.rawValue)],
    ])
    try report.write(
      [
        ("windows", .count(delta.windows)), ("articles", .count(delta.articles)), ("mean_delta", .figure(delta.mean)),
        ("quartiles", .figures(quartiles)), ("mean_cos_next", .figure(delta.meanCosineNext)),
        ("mean_cos_prev", .figure(delta.meanCosinePrevious)), ("telescoped", .figure(delta.telescoped)),
        ("ci95", .interval(interval)), ("zero_vectors", .count(delta.zeroVectors)),
        ("decision", .string(delta.decision.rawValue)),
      ], table: table)
    return delta.decision == .abandon ? .answerIsNo : .success
  }
}
