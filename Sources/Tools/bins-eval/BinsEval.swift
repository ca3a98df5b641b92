import Articles
import Commands
import Evaluation
import Failures
import JSON
import Stages
import Streams
import Vectors

/// Predictions → how good they are where contexts are coherent, and where they are not.
@main struct BinsEval: Command {
  static let low = Option.real("low", default: 0.45, in: -1...1, help: "coherence below which a window is in `low`")
  static let high = Option.real("high", default: 0.55, in: -1...1, help: "coherence above which a window is in `high`")

  static let manual = Manual(
    name: "bins-eval",
    purpose: "split the cosine with the target by the coherence of the context",
    details: """
      The coherence of a window is the mean cosine of neighbouring context chunks. `low`, `normal` and `high` describe \
      the windows whose coherence is below --low, from --low to --high, and above --high: their number, the mean \
      cosine of their first predictions with the targets, and its 95% interval from a seeded bootstrap over articles.

      Context chunks are looked up by their numbers: the last of them is --offset before the target. Windows for which \
      one is missing are skipped and counted. Later steps of rollouts are ignored.
      """,
    operands: .any("FILE"),
    options: [
      ArticleOptions.articles, low, high, ShapeOptions.context, ShapeOptions.offset, ArticleOptions.byArticle,
      CommonOptions.seed, CommonOptions.label, CommonOptions.format, CommonOptions.output,
    ],
    memory: "one frame, one article, a few numbers for each of up to 65,536 articles, and a bit for each chunk",
    example: "npz-read wiki.npz | seq-build | model-predict --model copy-last | bins-eval --articles wiki.npz",
    seeAlso: ["direction-diagnose", "gate-verdict"])

  static func run(_ arguments: Arguments) throws -> ExitStatus {
    let (lower, upper) = (arguments[low], arguments[high])
    guard lower <= upper else { throw arguments.refusal(of: high, expected: "a number of at least --low, \(lower)") }
    let report = try PredictionReport(arguments)
    let (context, offset) = try report.windowShape(arguments)
    guard context >= 2 || !arguments.wasGiven(ShapeOptions.context) else {
      throw arguments.refusal(of: ShapeOptions.context, expected: "2 or more chunks: one has no coherence")
    }
    guard context >= 2 else {
      throw Failure(
        .badData, "expected windows of 2 or more context chunks, found 1, which has no coherence",
        at: report.input.name)
    }
    let store = try report.openArticles(arguments)
    var bins = CoherenceBins(store, context: context, offset: offset, normal: lower...upper)
    try report.read { try bins.add($0) }
    try report.expect(windows: bins.windows, skipped: ["missing_context": bins.missingContext])
    let figures = CoherenceBins.Bin.allCases.map { ($0, bins.figures($0, seed: arguments.seed)) }
    let byArticle = arguments.byArticle(bins.byArticle(.normal))
    try report.write(
      fields(bins, figures) + byArticle, table: table(bins, figures))
    return .success
  }

  private typealias Figures = [(CoherenceBins.Bin, (windows: Int, mean: Estimate?))]

  private static func fields(_ bins: CoherenceBins, _ figures: Figures) -> [(String, JSON)] {
    let fields: [(String, JSON)] = [
      ("windows", .count(bins.windows)), ("skipped", ["missing_context": .count(bins.missingContext)]),
      ("context", .count(bins.context)), ("offset", .count(bins.offset)),
      ("bounds", .figures([bins.normal.lowerBound, bins.normal.upperBound])),
      ("zero_vectors", .count(bins.zeroVectors)),
    ]
    return fields
      + figures.map { bin, figures in
        (
          bin.rawValue,
          [
            "windows": .count(figures.windows), "mean_cos": .figure(figures.mean?.value),
            "ci95": .interval(figures.mean?.interval),
          ]
        )
      }
  }

  private static func table(_ bins: CoherenceBins, _ figures: Figures) -> Table {
    var table = Table()
    table.section(rows: [
      ["windows", .count(bins.windows)], ["skipped: a context chunk is missing", .count(bins.missingContext)],
      ["context, chunks", .count(bins.context)], ["offset, chunks", .count(bins.offset)],
      ["zero vectors", .count(bins.zeroVectors)],
    ])
    let (lower, upper) = (bins.normal.lowerBound, bins.normal.upperBound)
    let ranges = ["below \(lower)", "\(lower) to \(upper)", "above \(upper)"]
    table.section(
      "mean cosine with the target, by the coherence of the context",
      columns: ["bin", "coherence", "windows", "cosine", "95% from", "to"],
      rows: zip(figures, ranges).map { figures, range in
        let (bin, (windows, mean)) = figures
        return [
          .text(bin.rawValue), .text(range), .count(windows), .figure(mean?.value),
          .figure(mean?.interval?.lowerBound), .figure(mean?.interval?.upperBound),
        ]
      })
    return table
  }
}
