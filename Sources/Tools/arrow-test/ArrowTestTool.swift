import Commands
import Failures
import JSON
import Kernels
import Regression
import Sequences
import Stages
import Streams
import Vectors

/// Chunks → whether time has a direction in them.
@main struct ArrowTestTool: Command {
  static let components = Option.integer(
    "components", default: 64, in: 2...256, help: "the largest number of principal directions")
  static let context = Option.integer(
    "ctx", default: 5, in: 1...512, unit: "chunks", help: "context length of the ridge predictors")
  static let alpha = Option.real(
    "alpha", default: 0.05, in: 0...1, help: "the largest p that counts as an arrow; p is never below 0.001")

  static let manual = Manual(
    name: "arrow-test",
    purpose: "test whether articles differ from their own reversal",
    details: """
      Chunks are centred, and scaled to variance 1 in their principal directions. With C the mean of the products of \
      each chunk with the one before, `asymmetry` is |C - C'| / |C + C'|: reversing time turns C into its transpose \
      C'. Chance also gives a value above 0. So 999 other values are computed, with each article forwards or backwards \
      at random, and `p` is the share of them at or above the value of the data. With fewer than 40 articles, runs of \
      64 chunks are reversed instead; with fewer than 12 of these there is no answer.

      Besides, one ridge predictor of the next chunk from --ctx chunks, and one of the chunk before from those after \
      it, are fitted to 80% of the articles and scored on the others by mean cosine and R2.

      The stream is copied to a temporary file (in TMPDIR, or /tmp) for a second reading. The chunks of an article \
      must be in order, as npz-read writes them.
      """,
    operands: .any("FILE"),
    options: [
      components, context, alpha, CommonOptions.seed, CommonOptions.threads, CommonOptions.label, CommonOptions.format,
      CommonOptions.output,
    ],
    memory: "16 ((ctx + 1) dim)^2 bytes, 85 MB for ctx 5 and dim 384; about 80 MB more, and 80 bytes an article",
    example: "npz-read wiki.npz | arrow-test",
    exits: [.answerIsNo: "no arrow is found"],
    seeAlso: ["direction-diagnose", "narrative-delta", "vec-synth"])

  /// A share of the Gram matrix's mean diagonal.
  private static let penalty = 0.01
  private static let shares = [
    ArticleSplit.Part(name: "fit", fraction: 0.8), ArticleSplit.Part(name: "score", fraction: 0.2),
  ]

  static func run(_ arguments: Arguments) throws -> ExitStatus {
    let input = try StreamInput(arguments.operands)
    try input.expect(.chunks)
    let dim = input.header.dim
    try checkSize(dim, arguments)
    try Workers.use(threads: arguments.threads)
    let split = ArticleSplit(shares, seed: arguments.seed)
    let test = ArrowTest(
      dim: dim, context: arguments[context], components: arguments[components], penalty: penalty, seed: arguments.seed
    ) { split.part(of: $0) == "fit" }
    let spool = try StreamSpool(input.header)
    var ledger = ArticleLedger(needsOrder: true)
    let progress = Progress(arguments, unit: "rows")
    while let block = try input.next() {
      try at(input.name) { for row in block.repeated..<block.rows { try ledger.enter(block.key(row)) } }
      test.survey(block)
      try spool.append(block)
      progress.advance(by: block.rows - block.repeated)
    }
    let findings = try at(input.name) {
      try test.prepare()
      try spool.readBack { test.measure($0) }
      return try test.finish()
    }
    progress.finish()
    if findings.forwardSkill == nil {
      Diagnostics.note("no skill is reported: no window of \(arguments[context] + 1) chunks to fit, or none to score")
    }
    let isArrow = findings.p <= arguments[alpha]
    try report(arguments, input, test, findings, isArrow)
    return isArrow ? .success : .answerIsNo
  }

  private static func checkSize(_ dim: Int, _ arguments: Arguments) throws {
    let bytes = ArrowTest.bytes(dim: dim, context: arguments[context])
    guard let bytes, bytes <= 32 << 30 else {
      throw arguments.refusal(
        of: context, expected: "fewer chunks, since with dim \(dim) the equations would take more than 32 GiB")
    }
  }

  private static func report(
    _ arguments: Arguments, _ input: StreamInput, _ test: ArrowTest, _ found: ArrowTest.Findings, _ isArrow: Bool
  ) throws {
    let unit = test.isByRuns ? "run" : "article"
    let fields: [(String, JSON)] = [
      ("chunks", .count(test.chunks)), ("pairs", .count(test.pairs)), ("articles", .count(test.articles)),
      ("unit", .string(unit)), ("units", .count(test.units)), ("dim", .count(input.header.dim)),
      ("components", .count(test.components)), ("context", .count(arguments[context])),
      ("asymmetry", .figure(found.asymmetry)), ("null_mean", .figure(found.nullMean)),
      ("null_p95", .figure(found.nullHigh)), ("p", .figure(found.p)), ("alpha", .number(arguments[alpha])),
      ("skill_windows", .count(found.windows)), ("forward_skill", .figure(found.forwardSkill)),
      ("backward_skill", .figure(found.backwardSkill)), ("skill_difference", .figure(found.skillDifference)),
      ("ci95", .interval(found.interval)), ("forward_r2", .figure(found.forwardRSquared)),
      ("backward_r2", .figure(found.backwardRSquared)), ("zero_vectors", .count(test.zeroVectors)),
      ("counts", .object(input.counts.mapValues { .integer(Int64($0)) })), ("arrow", .bool(isArrow)),
    ]
    let report = Report(
      arguments, source: input.provenance.json, fields: fields, table: table(test, found, unit, isArrow))
    try report.write(arguments)
  }

  private static func table(
    _ test: ArrowTest, _ found: ArrowTest.Findings, _ unit: String, _ isArrow: Bool
  ) -> Table {
    var table = Table()
    table.section(rows: [
      ["chunks", .count(test.chunks)], ["articles with neighbours", .count(test.articles)],
      [.text("units reversed at random (\(unit)s)"), .count(test.units)],
      ["principal directions", .count(test.components)],
    ])
    table.section(
      "asymmetry at lag 1",
      rows: [
        ["in the data", .figure(found.asymmetry)], ["by chance, mean", .figure(found.nullMean)],
        ["by chance, 95th percentile", .figure(found.nullHigh)], ["p", .figure(found.p)],
        ["arrow of time", .text(isArrow ? "yes" : "no")],
      ])
    table.section(
      "ridge predictors, on articles they were not fitted to", columns: ["", "mean cosine", "R2"],
      rows: [
        ["forward", .figure(found.forwardSkill), .figure(found.forwardRSquared)],
        ["backward", .figure(found.backwardSkill), .figure(found.backwardRSquared)],
        ["difference", .figure(found.skillDifference), .text("")],
        ["  95% interval from", .figure(found.interval?.lowerBound), .text("")],
        ["  to", .figure(found.interval?.upperBound), .text("")],
      ])
    return table
  }
}
