import Checkpoints
import Commands
import Failures
import JSON
import Kernels
import Networks
import Regression
import Stages
import Streams
import Vectors

/// Windows → a linear predictor of their targets.
@main struct RidgeFitTool: Command {
  static let form = Option<LinearFit.Form>.choice(
    "predictor", default: .ridge, help: "the form of the linear function")
  static let penalty = Option<Penalty?>.custom(
    "penalty", placeholder: "X|auto", expectation: "a number from 0 to 1e9, or auto",
    help:
      "penalty of the squared weights, as a share of the mean diagonal of the contexts' Gram matrix, 0 to 1e9; auto: "
      + "the best of ten for articles held out from the fit",
    read: Penalty.init
  ).showing(default: "0.01")

  static let manual = Manual(
    name: "ridge-fit",
    purpose: "fit a linear predictor of windows, as a checkpoint that model-predict reads",
    details: """
      The target is predicted as a linear function of all context chunks plus a constant, which minimizes the squared \
      errors and --penalty times the squared weights. It takes one solution of linear equations, and is the baseline \
      for what a network adds. Windows count by their weights.

      Other forms of --predictor are simpler. `constant` is the mean of the targets. `slot-weights` has one weight for \
      each slot of the context, and the constant. `slot-weights+ridge` adds ridge regression of what slot-weights \
      leaves: the penalty draws towards the slots' weights instead of towards 0.

      The report states mean cosine and R2 of the raw predictions on the windows of the fit. For a score on others, \
      fit some articles and predict the rest (article-select --split). The stream is copied to a temporary file (in \
      TMPDIR, or /tmp) to be scored.
      """,
    operands: .any("FILE"),
    options: [
      CommonOptions.model, form, penalty, CommonOptions.seed, CommonOptions.threads, CommonOptions.label,
      CommonOptions.format,
    ],
    memory: "16 ((ctx + 1) dim)^2 bytes, 85 MB for ctx 5 and dim 384, 340 MB for dim 768, half as much again with "
      + "--penalty auto; and about 40 MB more",
    example: "npz-read wiki.npz | seq-build | ridge-fit --penalty auto --out ridge.safetensors",
    seeAlso: ["model-predict", "model-info", "seq-build", "arrow-test"])

  static func run(_ arguments: Arguments) throws -> ExitStatus {
    let report = try WindowReport(arguments)
    let (dim, context) = (report.input.header.dim, report.roles.context)
    try at(report.input.name) { try checkSize(dim: dim, context: context) }
    guard arguments[form].takesPenalty || arguments[penalty] == nil else {
      throw Failure(.usage, "--penalty: --predictor \(arguments[form].rawValue) has none")
    }
    // Opened first, so that a file that cannot be created is reported before the work.
    let path = arguments[CommonOptions.model]
    let file = try OutputFile(path)
    try Workers.use(threads: arguments.threads)
    let fit = LinearFit(arguments[form], dim: dim, roles: report.roles)
    let spool = try StreamSpool(report.input.header)
    let found: FoundPenalty
    switch arguments[penalty] ?? .fixed(0.01) {
    case .fixed(let value):
      try report.read { block, _ in
        fit.learn(block)
        try spool.append(block)
      }
      try at(report.input.name) { try fit.solve(penalty: value) }
      found = FoundPenalty(value: arguments[form].takesPenalty ? value : nil, search: nil)
    case .automatic:
      found = try search(fit, report, spool, arguments)
    }
    try spool.readBack { fit.score($0) }
    try checkpoint(fit, dim: dim, context: context).write(to: file.descriptor, path: path)
    try file.commit()
    try report.write(fields(fit, found, report, arguments), table: table(fit, found, arguments))
    return .success
  }

  /// Reads all windows, and fits with the penalty that suits held-out articles best.
  private static func search(
    _ fit: LinearFit, _ report: WindowReport, _ spool: StreamSpool, _ arguments: Arguments
  ) throws -> FoundPenalty {
    var articles: Set<UInt64> = []
    try report.read { block, _ in
      for row in block.repeated..<block.rows { articles.insert(block.key(row).article) }
      try spool.append(block)
    }
    guard articles.count >= 2 else {
      throw Failure(
        .badData, "--penalty auto: expected windows of at least two articles, one of them to be held out",
        at: report.input.name, hint: "give a number: --penalty 1")
    }
    var search = PenaltySearch(articles: articles, seed: arguments.seed)
    let other = LinearFit(arguments[form], dim: report.input.header.dim, roles: report.roles)
    let best = try at(report.input.name) { try search.run(fit, other) { try spool.readBack($0) } }
    return FoundPenalty(value: best, search: search)
  }

  private static func fields(
    _ fit: LinearFit, _ found: FoundPenalty, _ report: WindowReport, _ arguments: Arguments
  ) -> [(String, JSON)] {
    let header = report.input.header
    var fields: [(String, JSON)] = [
      ("windows", .count(fit.windows)), ("dim", .count(header.dim)), ("context", .count(report.roles.context)),
      ("offset", .count(header.offset)), ("predictor", .string(arguments[form].rawValue)),
      ("penalty", .figure(found.value)), ("mean_cos", .figure(fit.scores.meanCosine)),
      ("r2", .figure(fit.scores.rSquared)),
    ]
    if !fit.slotWeights.isEmpty { fields.append(("slot_weights", .figures(fit.slotWeights))) }
    if let search = found.search {
      let trials = search.trials.map { trial -> JSON in
        [
          "penalty": .number(trial.penalty), "mean_cos": .figure(trial.meanCosine), "r2": .figure(trial.rSquared),
        ]
      }
      fields += [("held_out_articles", .count(search.heldOut.count)), ("penalties", .array(trials))]
    }
    return fields
  }

  private static func table(_ fit: LinearFit, _ found: FoundPenalty, _ arguments: Arguments) -> Table {
    var table = Table()
    table.section(rows: [
      ["windows", .count(fit.windows)], ["predictor", .text(arguments[form].rawValue)],
      ["penalty", .figure(found.value)],
      ["mean cosine with the targets of the fit", .figure(fit.scores.meanCosine)],
      ["R2", .figure(fit.scores.rSquared)],
    ])
    if !fit.slotWeights.isEmpty {
      table.section(
        columns: ["slot", "weight"],
        rows: fit.slotWeights.enumerated().map { [.count($0.offset), .figure($0.element)] })
    }
    if let search = found.search {
      table.section(
        "\(search.heldOut.count) held-out articles", columns: ["penalty", "mean cosine", "R2"],
        rows: search.trials.map { [.figure($0.penalty), .figure($0.meanCosine), .figure($0.rSquared)] })
    }
    return table
  }

  private static func checkSize(dim: Int, context: Int) throws {
    let bytes = LinearFit.bytes(dim: dim, context: context)
    guard let bytes, bytes <= 32 << 30 else {
      throw Failure(
        .badData, "windows of \(context) context chunks of dim \(dim): the equations would take more than 32 GiB",
        hint: "build windows with a smaller --ctx")
    }
    _ = try Configuration(.ridge, dim: dim, context: context).network()
  }

  private static func checkpoint(_ fit: LinearFit, dim: Int, context: Int) -> Checkpoint {
    let configuration = Configuration(.ridge, dim: dim, context: context)
    let network = RidgeNetwork(configuration)
    let parameters = Parameters<Float>(network.layout)
    fit.copy(into: parameters[network.map.weight], parameters[network.map.bias])
    return Checkpoint(configuration: configuration, parameters: parameters)
  }
}
