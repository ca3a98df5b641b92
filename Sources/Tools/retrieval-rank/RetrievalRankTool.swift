import Articles
import Commands
import Evaluation
import Failures
import JSON
import Kernels
import Stages
import Streams
import Vectors

/// Predictions → the ranks of their targets among other chunks.
@main struct RetrievalRankTool: Command {
  static let scope = Option<RetrievalRank.Scope>.choice(
    "scope", default: .article, help: "rank among the chunks of the target's article, or of all articles")
  static let minimumChunks = Option.integer(
    "min-article", default: 6, in: 1...Int(UInt32.max), unit: "chunks", help: "skip articles with fewer chunks")
  static let excludesContext = Option.flag(
    "exclude-context", help: "rank also without the context's own chunks: `without_context`")
  static let minimumRecallAt1 = Option.real("min-r1", in: 0...1, help: "exit 1 where R@1 is smaller")
  static let minimumRecallAt5 = Option.real("min-r5", in: 0...1, help: "exit 1 where R@5 is smaller")

  static let manual = Manual(
    name: "retrieval-rank",
    purpose: "rank the target of each prediction among chunks by cosine",
    details: """
      The rank is 1 + the number of chunks whose cosine with the first prediction is strictly greater than the \
      target's. r_at_1 and r_at_5 are the shares of windows with rank 1 and with a rank up to 5, mrr is the mean of \
      1 / rank. `chance` is the expected score of predictions that are independent of the text. Windows of articles \
      with fewer than --min-article chunks are skipped and counted, whatever the scope. Later steps of rollouts are \
      ignored.

      A predictor of a mean is often closest to a chunk of its own context, which is never the answer. With \
      --exclude-context the report also has `without_context`: the same figures, and those of chance, where the \
      window's context chunks are no candidates. They are looked up by their numbers: the last is --offset before the \
      target.
      """,
    operands: .any("FILE"),
    options: [
      ArticleOptions.articles, scope, minimumChunks, excludesContext, ShapeOptions.context,
      ShapeOptions.offset, minimumRecallAt1, minimumRecallAt5, ArticleOptions.byArticle, CommonOptions.threads,
      CommonOptions.seed, CommonOptions.label, CommonOptions.format, CommonOptions.output,
    ],
    memory: "one frame, one article, a batch of up to 50 MiB, a few numbers for each of up to 65,536 articles",
    example: "npz-read wiki.npz | seq-build | model-predict --model copy-last | retrieval-rank --articles wiki.npz",
    exits: [.answerIsNo: "a share is below --min-r1 or --min-r5"],
    seeAlso: ["offset-sweep", "rollout-eval"])

  static func run(_ arguments: Arguments) throws -> ExitStatus {
    let report = try PredictionReport(arguments)
    var excluded: RetrievalRank.Context?
    if arguments[excludesContext] {
      let shape = try report.windowShape(arguments)
      excluded = RetrievalRank.Context(count: shape.context, offset: shape.offset)
    }
    let store = try report.openArticles(arguments)
    try Workers.use(threads: arguments.threads)
    var ranks = RetrievalRank(
      store, scope: arguments[scope], minimumChunks: arguments[minimumChunks], excluding: excluded
    ) {
      MatrixProduct<Float>.ofTransposed($0, $1, inner: $2, into: $3)
    }
    try report.read { try ranks.add($0) }
    try ranks.finish()
    try report.expect(windows: ranks.windows, skipped: ["short_article": ranks.shortArticle])
    let figures = ranks.figures(seed: arguments.seed)
    let byArticle = arguments.byArticle(ranks.byArticle())
    var others: (figures: RetrievalRank.Figures, byArticle: [(String, JSON)])?
    if let figures = ranks.figuresWithoutContext(seed: arguments.seed), let parts = ranks.byArticleWithoutContext() {
      others = (figures, arguments.byArticle(parts))
    }
    let thresholds = thresholds(figures, arguments)
    try report.write(
      fields(ranks, figures, others.map { $0.figures.fields + $0.byArticle }, thresholds, arguments) + byArticle,
      table: table(ranks, figures, others?.figures, thresholds))
    return thresholds.allSatisfy(\.pass) ? .success : .answerIsNo
  }

  private struct Threshold {
    let name: String
    let value: Double
    let minimum: Double

    var pass: Bool { value >= minimum }
  }

  private static func thresholds(_ figures: RetrievalRank.Figures, _ arguments: Arguments) -> [Threshold] {
    [
      arguments[minimumRecallAt1].map { Threshold(name: "r_at_1", value: figures.recallAt1, minimum: $0) },
      arguments[minimumRecallAt5].map { Threshold(name: "r_at_5", value: figures.recallAt5, minimum: $0) },
    ].compactMap { $0 }
  }

  private static func fields(
    _ ranks: RetrievalRank, _ figures: RetrievalRank.Figures, _ others: [(String, JSON)]?,
    _ thresholds: [Threshold], _ arguments: Arguments
  ) -> [(String, JSON)] {
    var fields: [(String, JSON)] = [
      ("windows", .count(ranks.windows)), ("articles", .count(ranks.articles)),
      ("skipped", ["short_article": .count(ranks.shortArticle)]), ("scope", .string(arguments[scope].rawValue)),
    ]
    fields += figures.fields
    fields.append(("zero_vectors", .count(ranks.zeroVectors)))
    if let others {
      fields.append(("without_context", .object(Dictionary(uniqueKeysWithValues: others))))
    }
    guard !thresholds.isEmpty else { return fields }
    let minima = Dictionary(uniqueKeysWithValues: thresholds.map { ($0.name, JSON.number($0.minimum)) })
    fields += [("minimum", .object(minima)), ("pass", .bool(thresholds.allSatisfy(\.pass)))]
    return fields
  }

  private static func table(
    _ ranks: RetrievalRank, _ figures: RetrievalRank.Figures, _ others: RetrievalRank.Figures?,
    _ thresholds: [Threshold]
  ) -> Table {
    var table = Table()
    table.section(rows: [
      ["windows", .count(ranks.windows)], ["articles", .count(ranks.articles)],
      ["skipped: short articles", .count(ranks.shortArticle)], ["zero vectors", .count(ranks.zeroVectors)],
    ])
    add(figures, to: &table, title: nil)
    if let others { add(others, to: &table, title: "without the chunks of the context") }
    guard !thresholds.isEmpty else { return table }
    table.section(
      "thresholds", columns: ["", "value", "minimum", ""],
      rows: thresholds.map { [.text($0.name), .figure($0.value), .figure($0.minimum), .mark($0.pass)] })
    return table
  }

  private static func add(_ figures: RetrievalRank.Figures, to table: inout Table, title: String?) {
    let rows: [(String, Double, Double?)] = [
      ("R@1", figures.recallAt1, figures.chanceRecallAt1), ("R@5", figures.recallAt5, figures.chanceRecallAt5),
      ("MRR", figures.meanReciprocalRank, nil),
    ]
    table.section(
      title, columns: ["", "value", "95% from", "to", "by chance"],
      rows: rows.enumerated().map { index, row in
        [
          .text(row.0), .figure(row.1), .figure(figures.intervals?[index].lowerBound),
          .figure(figures.intervals?[index].upperBound), .figure(row.2),
        ]
      })
    table.section(rows: [["mean rank", .figure(figures.meanRank)], ["median rank", .figure(figures.medianRank)]])
  }
}

extension RetrievalRank.Figures {
  fileprivate var fields: [(String, JSON)] {
    [
      ("r_at_1", .figure(recallAt1)), ("r_at_5", .figure(recallAt5)), ("mrr", .figure(meanReciprocalRank)),
      ("mean_rank", .figure(meanRank)), ("median_rank", .figure(medianRank)),
      ("chance", ["r_at_1": .figure(chanceRecallAt1), "r_at_5": .figure(chanceRecallAt5)]),
      (
        "ci95",
        ["r_at_1": .interval(intervals?[0]), "r_at_5": .interval(intervals?[1]), "mrr": .interval(intervals?[2])]
      ),
    ]
  }
}
