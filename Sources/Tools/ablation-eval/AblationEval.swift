import Articles
import Commands
import Evaluation
import Failures
import JSON
import Sequences
import Stages
import Streams
import Vectors

/// Predictions from whole and from damaged contexts → how much the damage costs.
@main struct AblationEval: Command {
  static let base = Option.text(
    "base", placeholder: "STREAM", help: "predictions from the undamaged windows"
  ).showing(default: "standard input")
  static let ablated = Option.repeated(
    "ablated", placeholder: "MODE=STREAM",
    help: "predictions from windows damaged by seq-ablate --mode MODE; each mode once")

  static let manual = Manual(
    name: "ablation-eval",
    purpose: "measure how much predictions lose when their contexts are damaged",
    details: """
      base_cos is the mean cosine of the predictions with their targets. `deltas` gives for each MODE the mean cosine \
      of the ablated predictions with the same targets, minus base_cos: far below 0 for a predictor that depends on \
      what the ablation removes. The modes are those of seq-ablate: shuffle, reverse, drop-one:J, repeat-last, \
      cross-article. The streams of drop-one:0, drop-one:1, ... are averaged into drop-one; drop_one lists them one \
      by one.

      All streams must predict the same chunks in the same order, as they do when they come from the same windows. \
      Later steps of rollouts are ignored. The 95% intervals come from a seeded bootstrap over articles.
      """,
    options: [
      base, ablated, ArticleOptions.articles, ArticleOptions.byArticle, CommonOptions.seed, CommonOptions.label,
      CommonOptions.format, CommonOptions.output,
    ],
    memory: "a frame of each stream, one article, a few numbers for each of up to 65,536 articles, and a bit for each "
      + "chunk",
    example: "ablation-eval --base base.nvs --ablated shuffle=shuffled.nvs --articles wiki.npz",
    seeAlso: ["seq-ablate", "gate-verdict"])

  static func run(_ arguments: Arguments) throws -> ExitStatus {
    let ablations = try Ablations(arguments[ablated])
    let paths = [arguments[base] ?? "-"]
    try checkStandardInput(paths + ablations.streams.map(\.path) + [arguments[ArticleOptions.articles]])
    let report = try PredictionReport(arguments, paths: paths)
    let store = try report.openArticles(arguments)
    let cursors = try ablations.streams.map { stream in
      (mode: stream.mode, cursor: try PredictionCursor(stream.path, dim: store.dim))
    }
    var scores = AblationScores(store, ablations: cursors.count)
    try report.read { block in
      for row in 0..<block.rows where block.steps[row] == 1 {
        let key = block.key(row)
        for (mode, cursor) in cursors { try advance(cursor, mode, to: key, of: report.input.name) }
        try scores.add(key, block.vector(row)) { cursors[$0].cursor.vector }
      }
    }
    for (mode, cursor) in cursors { try advance(cursor, mode, to: nil, of: report.input.name) }
    try report.expect(windows: scores.windows, skipped: [:])
    let figures = scores.figures(seed: arguments.seed)
    let byArticle = arguments.byArticle(scores.byArticle(ablations.streams.map(\.mode)))
    try report.write(
      fields(scores, figures, ablations) + byArticle, table: table(scores, figures, ablations))
    return .success
  }

  /// Checks that standard input is named at most once.
  private static func checkStandardInput(_ paths: [String]) throws {
    guard paths.filter({ $0 == "-" }).count > 1 else { return }
    throw Failure(.usage, "-: expected once: standard input can be read only once")
  }

  /// Moves to the next ablated prediction.
  ///
  /// - Parameter key: the chunk that it must be of; nil where the stream must end, as the base does.
  private static func advance(
    _ cursor: PredictionCursor, _ mode: String, to key: Key?, of base: String
  ) throws {
    let found = try cursor.next()
    guard found != key else { return }
    func text(_ key: Key?) -> String { key.map { "\($0)" } ?? "the end" }
    throw Failure(
      .badData, "expected \(text(key)) as in \(base), found \(text(found))", at: "\(mode)=\(cursor.name)",
      hint: "ablated predictions are made from the same windows, in the same order")
  }

  private static func fields(
    _ scores: AblationScores, _ figures: AblationScores.Figures, _ ablations: Ablations
  ) -> [(String, JSON)] {
    let deltas = ablations.modes.map { ($0.name, figures.delta(of: $0.streams)) }
    let intervals = [("base_cos", figures.base)] + deltas
    var fields: [(String, JSON)] = [
      ("windows", .count(scores.windows)), ("articles", .count(scores.articles)),
      ("base_cos", .figure(figures.base.value)), ("deltas", .members(deltas) { .figure($0.value) }),
      ("ci95", .members(intervals) { .interval($0.interval) }), ("zero_vectors", .count(scores.zeroVectors)),
    ]
    let slots = ablations.slots.map { (String($0.slot), figures.delta(of: [$0.stream])) }
    if !slots.isEmpty { fields.append(("drop_one", .members(slots) { .figure($0.value) })) }
    return fields
  }

  private static func table(
    _ scores: AblationScores, _ figures: AblationScores.Figures, _ ablations: Ablations
  ) -> Table {
    func row(_ name: String, _ estimate: Estimate) -> [Table.Cell] {
      [
        .text(name), .figure(estimate.value), .figure(estimate.interval?.lowerBound),
        .figure(estimate.interval?.upperBound),
      ]
    }
    var table = Table()
    table.section(rows: [
      ["windows", .count(scores.windows)], ["articles", .count(scores.articles)],
      ["zero vectors", .count(scores.zeroVectors)],
    ])
    table.section(columns: ["", "value", "95% from", "to"], rows: [row("mean cosine with the target", figures.base)])
    var rows: [[Table.Cell]] = []
    for mode in ablations.modes {
      rows.append(row(mode.name, figures.delta(of: mode.streams)))
      guard mode.name == Ablations.dropOne else { continue }
      rows += ablations.slots.map { row("  slot \($0.slot)", figures.delta(of: [$0.stream])) }
    }
    table.section(
      "change of the mean cosine with a damaged context", columns: ["mode", "delta", "95% from", "to"], rows: rows)
    return table
  }
}

extension JSON {
  static func members<Value>(_ list: [(String, Value)], _ json: (Value) -> JSON) -> JSON {
    .object(Dictionary(uniqueKeysWithValues: list.map { ($0.0, json($0.1)) }))
  }
}
