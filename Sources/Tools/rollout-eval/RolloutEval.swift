import Articles
import Commands
import Evaluation
import Failures
import JSON
import Stages
import Streams
import Vectors

/// Predictions of rollouts → how closely they follow the text.
@main struct RolloutEval: Command {
  static let horizon = Option.integer(
    "horizon", in: 1...Int(UInt32.max), unit: "steps", help: "compare the first N steps"
  ).showing(default: "all steps in the stream")
  static let minimum = Option.real("min-cos", in: -1...1, help: "exit 1 where the mean cosine is smaller")

  static let manual = Manual(
    name: "rollout-eval",
    purpose: "compare each step of rollouts with the true chunk",
    details: """
      per_step is the mean cosine of the predictions of step 1, 2, ... with the chunks they predict: step h of a \
      window with the chunk h - 1 after its target. mean_cos is their mean. With --origin target, step h is compared \
      with the chunk h after the target. Windows for which the article lacks a chunk are skipped and counted. The 95% \
      intervals come from a seeded bootstrap over articles.
      """,
    operands: .any("FILE"),
    options: [
      ArticleOptions.articles, ArticleOptions.origin, horizon, minimum, ArticleOptions.byArticle, CommonOptions.seed,
      CommonOptions.label, CommonOptions.format, CommonOptions.output,
    ],
    memory: "one frame, one article, a few numbers for each of up to 65,536 articles, and a bit for each chunk",
    example: "npz-read wiki.npz | seq-build | model-predict --model copy-last --horizon 5 | "
      + "rollout-eval --articles wiki.npz",
    exits: [.answerIsNo: "the mean cosine is below --min-cos"],
    seeAlso: ["offset-sweep", "retrieval-rank"])

  static func run(_ arguments: Arguments) throws -> ExitStatus {
    let report = try PredictionReport(arguments)
    let steps = report.input.header.metadata["model-predict:horizon"]?.int
    if let horizon = arguments[horizon], let steps, horizon > steps {
      throw Failure(
        .badData, "expected \(horizon) steps of each window, found \(steps)", at: report.input.name,
        hint: "model-predict --horizon \(horizon) makes them")
    }
    let store = try report.openArticles(arguments)
    var scores = RolloutScores(
      store, origin: arguments[ArticleOptions.origin], horizon: arguments[horizon], steps: steps)
    try report.read { try scores.add($0) }
    try report.placed { try scores.finish() }
    try report.expect(windows: scores.windows, skipped: ["outside_article": scores.outsideArticle])
    let figures = scores.figures(seed: arguments.seed)
    var passes: Bool?
    if let limit = arguments[minimum] { passes = figures.mean >= limit }
    try report.write(
      fields(scores, figures, arguments, passes) + arguments.byArticle(scores.byArticle()),
      table: table(scores, figures, arguments, passes))
    return passes == false ? .answerIsNo : .success
  }

  private static func fields(
    _ scores: RolloutScores, _ figures: RolloutScores.Figures, _ arguments: Arguments, _ passes: Bool?
  ) -> [(String, JSON)] {
    let intervals = figures.intervals.map { JSON.array($0.map { .interval($0) }) } ?? .null
    var fields: [(String, JSON)] = [
      ("windows", .count(scores.windows)), ("articles", .count(scores.articles)),
      ("skipped", ["outside_article": .count(scores.outsideArticle)]),
      ("origin", .string(arguments[ArticleOptions.origin].rawValue)), ("horizon", .count(figures.perStep.count)),
      ("per_step", .figures(figures.perStep)), ("mean_cos", .figure(figures.mean)),
      ("ci95", ["mean_cos": .interval(figures.meanInterval), "per_step": intervals]),
      ("zero_vectors", .count(scores.zeroVectors)),
    ]
    if let passes, let limit = arguments[minimum] {
      fields += [("minimum", .number(limit)), ("pass", .bool(passes))]
    }
    return fields
  }

  private static func table(
    _ scores: RolloutScores, _ figures: RolloutScores.Figures, _ arguments: Arguments, _ passes: Bool?
  ) -> Table {
    var table = Table()
    table.section(rows: [
      ["windows", .count(scores.windows)], ["articles", .count(scores.articles)],
      ["skipped: a true chunk is missing", .count(scores.outsideArticle)],
      ["zero vectors", .count(scores.zeroVectors)],
    ])
    table.section(
      "mean cosine of each step's prediction with the true chunk", columns: ["step", "cosine", "95% from", "to"],
      rows: figures.perStep.enumerated().map { index, mean in
        [
          .count(index + 1), .figure(mean), .figure(figures.intervals?[index].lowerBound),
          .figure(figures.intervals?[index].upperBound),
        ]
      })
    var rows: [[Table.Cell]] = [
      ["mean of the steps", .figure(figures.mean)],
      ["  95% interval from", .figure(figures.meanInterval?.lowerBound)],
      ["  to", .figure(figures.meanInterval?.upperBound)],
    ]
    if let limit = arguments[minimum] { rows += [["minimum", .figure(limit)], ["", .mark(passes)]] }
    table.section(rows: rows)
    return table
  }
}
