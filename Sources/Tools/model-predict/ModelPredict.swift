import Commands
import Failures
import JSON
import Kernels
import Networks
import Stages
import Streams
import Vectors

/// Windows → predictions.
@main struct ModelPredict: Command {
  static let model = Option.text(
    "model", placeholder: "FILE", help: "a checkpoint, or copy-last, context-mean, linear-extrapolation, oracle"
  ).required()
  static let horizon = Option.integer(
    "horizon", default: 1, in: 1...1000, unit: "chunks", help: "predictions one after the other for each window")
  static let batch = Option.integer("batch", default: 256, in: 1...65_536, unit: "windows", help: "predicted at once")
  static let also = Option.repeated(
    "also", placeholder: "WINDOWS=PREDICTIONS", help: "predict further windows too, one step each, into a file")
  static let articles = Option.text(
    "articles", placeholder: "FILE",
    help: "for the oracle: the chunks of the articles, an .npz or .npy file, or a stream of chunks")
  static let raw = Option.flag("raw", help: "write the model's raw output instead of unit vectors")

  static let manual = Manual(
    name: "model-predict",
    purpose: "predict the target of each window",
    details: """
      A prediction is a row of unit length under the key of the chunk it predicts: article, chunk, and its step. \
      With --horizon H each prediction slides into the context as a unit vector, the oldest chunk leaves, and the next \
      step is predicted: H rows for each window, of steps 1 to H and chunks target to target + H - 1, also past the \
      article's end.

      Predictors that have learnt nothing, to hold a model against: copy-last is the last context chunk, context-mean \
      the mean of the context, linear-extrapolation 2 c[last] - c[last-1], and oracle the true chunk itself, from step \
      2 on looked up in --articles, or out of windows with futures (seq-build --futures). Past an article's end it \
      repeats the last chunk. A file of such a name is ./copy-last.

      --also predicts further streams of windows side by side with the main one, such as those of seq-ablate: the \
      model is loaded once, and what their contexts have in common may be computed once. They have the dim and the \
      context length of the main stream, and as many windows as they like; each is predicted one step ahead, whatever \
      --horizon. PREDICTIONS is what model-predict of that stream alone would write, but for rounding, and its \
      provenance says so. All outputs appear together, or none. WINDOWS is a file, or - for standard input where the \
      main stream is a FILE; its name has no =.

      The same windows, --batch and --threads give the same bytes. In a batch of another size products may round \
      otherwise, in the last digits. Windows that follow each other share chunks, and a model computes what follows \
      from a chunk once for all of them: predicting is faster in the order of the text than shuffled.

      A prediction without a length stays zero; there is a count of them, model-predict:zero_vectors, in the stream.
      """,
    operands: .any("FILE"),
    options: [
      model, horizon, batch, also, articles, raw, CommonOptions.threads, CommonOptions.output, CommonOptions.flush,
    ],
    memory: "the model, one batch with its activations, and of each stream a batch with its predictions, and a frame",
    example: "npz-read wiki.npz | seq-build --ctx 5 | model-predict --model copy-last > predictions.nvs",
    seeAlso: ["seq-build", "seq-ablate", "ridge-fit", "offset-sweep", "retrieval-rank", "rollout-eval"])

  static func run(_ arguments: Arguments) throws -> ExitStatus {
    if arguments[articles] != nil, arguments[model] != "oracle" {
      throw arguments.refusal(
        of: articles, expected: "--model oracle beside it: other predictors do not look at the truth")
    }
    let pairs = try FurtherWindows.pairs(arguments)
    // What is made beside the main stream does not bear on it.
    let filter = try Filter(arguments.without(also))
    let roles = try FurtherWindows.roles(of: filter.input)
    let others = try pairs.map { try FurtherWindows($0, beside: filter.input, roles) }
    try checkSize(filter.input.header, roles, others.map(\.roles), arguments)
    Workers.use(threads: arguments.threads)
    let selection = try ModelSelection(arguments, filter.input.header, roles, further: others.count)
    var streams = SideBySide(
      main: PredictionStage(selection.forecast, dim: filter.input.header.dim, roles: roles, capacity: arguments[batch]),
      further: try furtherStreams(others, selection, arguments), capacity: arguments[batch],
      flushes: arguments[CommonOptions.flush])
    try filter.run(files: selection.files) { header in
      adapt(&header, roles, selection.name, arguments)
    } each: { block, writer in
      try streams.add(block, to: writer)
      return true
    } finish: { writer in
      try streams.finish(writer, filter.input)
      return ["zero_vectors": streams.main.zeroVectors]
    }
    for stream in streams.further { try stream.commit() }
    return .success
  }

  /// Each says that it was made by a command for it alone: what bears on later steps is left out.
  private static func furtherStreams(
    _ streams: [FurtherWindows], _ selection: ModelSelection, _ arguments: Arguments
  ) throws -> [FurtherStream] {
    let alone = arguments.without(also).without(horizon).without(articles)
    return try zip(streams, selection.further).map { windows, forecast in
      try FurtherStream(windows, forecast, alone, files: selection.furtherFiles) { header in
        adapt(&header, windows.roles, selection.name, alone)
      }
    }
  }

  /// - Throws: `.usage` where one batch would take more memory than anyone means.
  private static func checkSize(
    _ header: StreamHeader, _ roles: Roles, _ further: [Roles], _ arguments: Arguments
  ) throws {
    // A row for each slot and each prediction. All factors are bounded: the product fits.
    let rows = further.reduce(Double(roles.slots + arguments[horizon])) { $0 + Double($1.slots + 1) }
    let bytes = 4.0 * Double(header.dim) * Double(arguments[batch]) * rows
    guard bytes > 0x1p35 else { return }
    throw arguments.refusal(
      of: batch,
      expected: "fewer windows at once: their vectors would take \(Int(bytes / 0x1p30)) GiB; 32 GiB are allowed")
  }

  /// Keys ascend with the windows' targets; where these do not, the writer says so.
  private static func adapt(_ header: inout StreamHeader, _ roles: Roles, _ name: String, _ arguments: Arguments) {
    header.metadata["model-predict:context"] = .count(roles.context)
    header.metadata["model-predict:offset"] = .count(header.offset)
    header.metadata["model-predict:horizon"] = .count(arguments[horizon])
    header.metadata["model-predict:model"] = .string(name)
    header.kind = .predictions
    header.ordered = header.ordered && arguments[horizon] == 1
    header.roles = nil
    header.offset = 1
  }
}
