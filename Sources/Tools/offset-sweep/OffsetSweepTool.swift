import Articles
import Commands
import Evaluation
import Failures
import JSON
import Stages
import Streams
import Vectors

/// Predictions → the chunk around the target that they are closest to.
@main struct OffsetSweepTool: Command {
  static let offsets = Option<ClosedRange<Int>>.custom(
    "offsets", placeholder: "LOW:HIGH", default: -3...3, shown: "-3:3",
    expectation: "a range such as -3:3, within -1000:1000, both ends included",
    help: "the chunks to compare with, as offsets from --origin"
  ) { text in
    let ends = text.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
    guard ends.count == 2, let low = ends[0], let high = ends[1], low <= high, -1000 <= low, high <= 1000 else {
      return nil
    }
    return low...high
  }
  static let minimum = Option.real("min-margin", in: -2...2, help: "exit 1 where the margin is smaller")

  static let manual = Manual(
    name: "offset-sweep",
    purpose: "find the chunk around its target that a prediction is closest to",
    details: """
      For each window, the cosine of its first prediction with the chunks around the predicted one. `margin` is the \
      mean at the predicted chunk minus the largest mean at any other. Below 0, predictions resemble another chunk \
      more, usually the last one of the context. The 95% intervals come from a seeded bootstrap over articles.

      Offsets count from the chunk before the predicted one, so that the predicted chunk is at +1. With --origin \
      target they count from the predicted chunk, which is then at 0. Windows for which the article lacks a chunk of \
      the sweep are skipped and counted. Later steps of rollouts are ignored.
      """,
    operands: .any("FILE"),
    options: [
      ArticleOptions.articles, ArticleOptions.origin, offsets, minimum, ArticleOptions.byArticle, CommonOptions.seed,
      CommonOptions.label,
      CommonOptions.format, CommonOptions.output,
    ],
    memory: "one frame, one article, a few numbers for each of up to 65,536 articles, and a bit for each chunk",
    example: "npz-read wiki.npz | seq-build | model-predict --model copy-last | offset-sweep --articles wiki.npz",
    exits: [.answerIsNo: "the margin is below --min-margin"],
    seeAlso: ["retrieval-rank", "rollout-eval"])

  static func run(_ arguments: Arguments) throws -> ExitStatus {
    let origin = arguments[ArticleOptions.origin]
    let range = arguments[offsets]
    guard range.contains(origin.predicted), range.count >= 2 else {
      throw arguments.refusal(
        of: offsets, expected: "a range with the predicted chunk, \(origin.predicted), and at least one other")
    }
    let report = try PredictionReport(arguments)
    let store = try report.openArticles(arguments)
    var sweep = OffsetSweep(store, offsets: range, origin: origin)
    try report.read { try sweep.add($0) }
    try report.expect(windows: sweep.windows, skipped: ["outside_article": sweep.outsideArticle])
    let figures = sweep.figures(seed: arguments.seed)
    var passes: Bool?
    if let limit = arguments[minimum] { passes = figures.margin >= limit }
    let byArticle = arguments.byArticle(sweep.byArticle())
    try report.write(
      fields(sweep, figures, arguments, passes) + byArticle, table: table(sweep, figures, arguments, passes))
    return passes == false ? .answerIsNo : .success
  }

  private static func fields(
    _ sweep: OffsetSweep, _ figures: OffsetSweep.Figures, _ arguments: Arguments, _ passes: Bool?
  ) -> [(String, JSON)] {
    func byOffset(_ value: (Int) -> JSON) -> JSON {
      .object(
        Dictionary(uniqueKeysWithValues: sweep.offsets.enumerated().map { (String($0.element), value($0.offset)) }))
    }
    let predicted = sweep.origin.predicted - sweep.offsets.lowerBound
    var fields: [(String, JSON)] = [
      ("windows", .count(sweep.windows)), ("articles", .count(sweep.articles)),
      ("skipped", ["outside_article": .count(sweep.outsideArticle)]),
      ("origin", .string(sweep.origin.rawValue)),
      ("offsets", byOffset { .figure(figures.means[$0]) }),
      ("mean_cos", .figure(figures.predicted)), ("margin", .figure(figures.margin)),
      (
        "ci95",
        [
          "margin": .interval(figures.marginInterval), "mean_cos": .interval(figures.intervals?[predicted]),
          "offsets": byOffset { .interval(figures.intervals?[$0]) },
        ]
      ),
      ("zero_vectors", .count(sweep.zeroVectors)),
    ]
    if let passes, let limit = arguments[minimum] {
      fields += [("minimum", .number(limit)), ("pass", .bool(passes))]
    }
    return fields
  }

  private static func table(
    _ sweep: OffsetSweep, _ figures: OffsetSweep.Figures, _ arguments: Arguments, _ passes: Bool?
  ) -> Table {
    var table = Table()
    table.section(rows: [
      ["windows", .count(sweep.windows)], ["articles", .count(sweep.articles)],
      ["skipped: a chunk of the sweep is missing", .count(sweep.outsideArticle)],
      ["zero vectors", .count(sweep.zeroVectors)],
    ])
    let zero = sweep.origin == .lastContext ? "the chunk before the predicted one" : "the predicted chunk"
    table.section(
      "mean cosine of the prediction with the chunk at k, where 0 is \(zero)",
      columns: ["k", "cosine", "95% from", "to", ""],
      rows: sweep.offsets.enumerated().map { index, offset in
        [
          .count(offset), .figure(figures.means[index]), .figure(figures.intervals?[index].lowerBound),
          .figure(figures.intervals?[index].upperBound), offset == sweep.origin.predicted ? "predicted" : "",
        ]
      })
    var rows: [[Table.Cell]] = [
      ["margin", .figure(figures.margin)], ["  95% interval from", .figure(figures.marginInterval?.lowerBound)],
      ["  to", .figure(figures.marginInterval?.upperBound)],
    ]
    if let limit = arguments[minimum] { rows += [["minimum", .figure(limit)], ["", .mark(passes)]] }
    table.section(rows: rows)
    return table
  }
}
