import Commands
import Failures
import JSON
import Kernels
import Networks
import Sequences
import Stages
import Streams
import Vectors

/// Windows → predictions.
@main struct ModelPredict: Command {
  static let model = Option.text(
    "model", placeholder: "FILE",
    help: "a checkpoint, or copy-last, context-mean, linear-extrapolation, nearest, oracle"
  ).required()
  static let horizon = Option.integer(
    "horizon", default: 1, in: 1...1000, unit: "chunks", help: "predictions one after the other for each window")
  static let batch = Option.integer("batch", default: 256, in: 1...65_536, unit: "windows", help: "predicted at once")
  static let ablate = Option.repeated(
    "ablate", placeholder: "MODE=FILE", help: "predict the windows with ablated contexts too, one step each, into FILE")
  static let articles = Option.text(
    "articles", placeholder: "FILE",
    help: "for the oracle: the chunks of the articles, an .npz or .npy file, or a stream of chunks")
  static let train = Option.text(
    "train", placeholder: "FILE", help: "for nearest: a stream of the training windows")
  static let neighbours = Option.integer(
    "neighbours", default: 16, in: 1...4096, unit: "windows", help: "for nearest: how many targets are averaged")
  static let raw = Option.flag("raw", help: "write the model's raw output instead of unit vectors")

  static let manual = Manual(
    name: "model-predict",
    purpose: "predict the target of each window",
    details: """
      A prediction is a row of unit length under the key of the chunk it predicts: article, chunk, and its step. \
      With --horizon H each prediction slides into the context as a unit vector, the oldest chunk leaves, and the next \
      step is predicted: H rows for each window, of steps 1 to H and chunks target to target + H - 1, also past the \
      article's end.

      Predictors that have learned nothing, to compare a model with: copy-last is the last context chunk, context-mean \
      the mean of the context, linear-extrapolation 2 c[last] - c[last-1], and oracle the true chunk itself, from step \
      2 on looked up in --articles, or out of windows with futures (seq-build --futures). Past an article's end it \
      repeats the last chunk. nearest is the mean of the targets of those --neighbours windows of --train whose contexts \
      have the smallest squared distance. A file of such a name is ./copy-last.

      --ablate MODE=FILE predicts the same windows with contexts as seq-ablate --mode MODE --seed SEED leaves them, one \
      step ahead whatever --horizon, and writes to FILE what the two tools would write when piped, but for rounding. It \
      may be repeated: the model is loaded once, and what contexts have in common is computed once. All outputs appear \
      together, or none. With cross-article the windows wait in a temporary file (in TMPDIR, or /tmp) until all articles are known.

      The same windows, --batch and --threads give the same bytes. In a batch of another size products may round \
      otherwise, in the last digits. Windows that follow each other share chunks, and a model computes what follows \
      from a chunk once for all of them: predicting is faster in the order of the text than shuffled.

      A prediction without a length stays zero; there is a count of them, model-predict:zero_vectors, in the stream.
      """,
    operands: .any("FILE"),
    options: [
      model, horizon, batch, ablate, articles, train, neighbours, raw,
      CommonOptions.seed.showing(default: "17; of --ablate"),
      CommonOptions.threads, CommonOptions.output, CommonOptions.flush,
    ],
    memory: """
      the model, one batch with its activations, the predictions of a batch for each ablation, and a frame; with --ablate \
      cross-article 24 to 48 bytes a row; with nearest 4 bytes for each number of the chunks of the training windows
      """,
    example: "npz-read wiki.npz | seq-build --ctx 5 | model-predict --model copy-last > predictions.nvs",
    seeAlso: ["seq-build", "seq-ablate", "ridge-fit", "offset-sweep", "retrieval-rank", "rollout-eval"])

  static func run(_ arguments: Arguments) throws -> ExitStatus {
    if arguments[articles] != nil, arguments[model] != "oracle" {
      throw arguments.refusal(
        of: articles, expected: "--model oracle beside it: other predictors do not look at the truth")
    }
    if arguments[train] != nil, arguments[model] != "nearest" {
      throw arguments.refusal(of: train, expected: "--model nearest beside it: other predictors do not search windows")
    }
    let ablations = try AblationFiles(arguments)
    // What else is written does not affect the main stream.
    let plain = arguments.without(ablate).without(CommonOptions.seed)
    let filter = try Filter(plain)
    let input = filter.input
    let roles = try input.expectWindows()
    try checkSize(input.header, roles, ablations.pairs.count, arguments)
    try Workers.use(threads: arguments.threads)
    let selection = try ModelSelection(arguments, input.header, roles, ablations: ablations.pairs.count)
    var run = try PredictionRun(
      arguments, input.header, roles, selection.forecast,
      ablated: try ablatedStreams(ablations, input, roles, selection, arguments),
      needsOtherArticles: ablations.needsOtherArticles)
    try filter.run(files: selection.files, marksOrder: false) { header in
      adapt(&header, roles, selection.name, plain)
    } each: { block, writer in
      try run.add(block, from: input, to: writer)
      return true
    } finish: { writer in
      try run.finish(input, to: writer)
      return ["zero_vectors": run.zeroVectors]
    }
    try run.commit()
    return .success
  }

  /// The provenance of each is that of a command for it alone, without the flags for later steps.
  private static func ablatedStreams(
    _ ablations: AblationFiles, _ input: StreamInput, _ roles: Roles, _ selection: ModelSelection,
    _ arguments: Arguments
  ) throws -> [AblatedStream] {
    let alone = arguments.without(ablate).without(horizon).without(articles)
    return try zip(ablations.pairs, selection.ablated).map { pair, forecast in
      try AblatedStream(pair, input, roles, forecast, alone, files: selection.ablatedFiles) { header in
        adapt(&header, roles, selection.name, alone)
      }
    }
  }

  /// - Throws: `.usage` where one batch would take more memory than anyone means.
  private static func checkSize(
    _ header: StreamHeader, _ roles: Roles, _ ablations: Int, _ arguments: Arguments
  ) throws {
    // A row for each slot and each prediction, and each context once more for ablations. All factors are bounded: the
    // product fits.
    let rows = Double(roles.slots + arguments[horizon] + (ablations > 0 ? roles.context : 0)) + Double(ablations)
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
