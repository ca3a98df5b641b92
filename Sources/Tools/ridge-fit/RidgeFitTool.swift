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

/// Windows → the linear predictor of their targets.
@main struct RidgeFitTool: Command {
  static let penalty = Option.real(
    "penalty", default: 0.01, in: 0...1e9,
    help: "penalty of the squared weights, as a share of the mean diagonal of the contexts' Gram matrix")

  static let manual = Manual(
    name: "ridge-fit",
    purpose: "fit the linear predictor of windows, as a checkpoint that model-predict reads",
    details: """
      The target is predicted as a linear function of all context chunks plus a constant, which minimizes the squared \
      errors and --penalty times the squared weights. It takes one solution of linear equations, and is the baseline \
      for what a network adds. Windows count by their weights.

      The report states mean cosine and R2 of the raw predictions on the windows of the fit. For a score on others, \
      fit some articles and predict the rest (article-select --split). The stream is copied to a temporary file (in \
      TMPDIR, or /tmp) to be scored.
      """,
    operands: .any("FILE"),
    options: [
      CommonOptions.model, penalty, CommonOptions.threads, CommonOptions.label, CommonOptions.format,
    ],
    memory: "16 ((ctx + 1) dim)^2 bytes, 85 MB for ctx 5 and dim 384, 340 MB for dim 768; and about 40 MB more",
    example: "npz-read wiki.npz | seq-build | ridge-fit --out ridge.safetensors",
    seeAlso: ["model-predict", "model-info", "seq-build", "arrow-test"])

  static func run(_ arguments: Arguments) throws -> ExitStatus {
    let report = try WindowReport(arguments)
    let (dim, context) = (report.input.header.dim, report.roles.context)
    try at(report.input.name) { try checkSize(dim: dim, context: context) }
    // Opened first, so that a file that cannot be created is reported before the work.
    let path = arguments[CommonOptions.model]
    let file = try OutputFile(path)
    Workers.use(threads: arguments.threads)
    let fit = RidgeFit(dim: dim, roles: report.roles)
    let spool = try StreamSpool(report.input.header)
    try report.read { block, _ in
      fit.learn(block)
      try spool.append(block)
    }
    try at(report.input.name) { try fit.solve(penalty: arguments[penalty]) }
    try spool.readBack { fit.score($0) }
    try checkpoint(fit, dim: dim, context: context).write(to: file.descriptor, path: path)
    try file.commit()
    let scores = fit.scores
    try report.write(
      [
        ("windows", .count(fit.windows)), ("dim", .count(dim)), ("context", .count(context)),
        ("offset", .count(report.input.header.offset)), ("penalty", .number(arguments[penalty])),
        ("mean_cos", .figure(scores.meanCosine)), ("r2", .figure(scores.rSquared)),
      ],
      table: table(fit, arguments[penalty]))
    return .success
  }

  private static func table(_ fit: RidgeFit, _ penalty: Double) -> Table {
    var table = Table()
    table.section(rows: [
      ["windows", .count(fit.windows)], ["penalty", .figure(penalty)],
      ["mean cosine with the targets of the fit", .figure(fit.scores.meanCosine)],
      ["R2", .figure(fit.scores.rSquared)],
    ])
    return table
  }

  private static func checkSize(dim: Int, context: Int) throws {
    let bytes = RidgeFit.bytes(dim: dim, context: context)
    guard let bytes, bytes <= 32 << 30 else {
      throw Failure(
        .badData, "windows of \(context) context chunks of dim \(dim): the equations would take more than 32 GiB",
        hint: "build windows with a smaller --ctx")
    }
    _ = try Configuration(.ridge, dim: dim, context: context).network()
  }

  private static func checkpoint(_ fit: RidgeFit, dim: Int, context: Int) -> Checkpoint {
    let configuration = Configuration(.ridge, dim: dim, context: context)
    let network = RidgeNetwork(configuration)
    let parameters = Parameters<Float>(network.layout)
    fit.copy(into: parameters[network.map.weight], parameters[network.map.bias])
    return Checkpoint(configuration: configuration, parameters: parameters)
  }
}
