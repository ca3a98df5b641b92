import Articles
import Checkpoints
import Commands
import Evaluation
import Failures
import Kernels
import Networks
import Prediction
import Stages
import Streams
import Vectors

/// The predictor that `--model` names.
struct ModelSelection {
  let forecast: any Forecast
  /// One for each ablation: a single step by the same predictor, in the same memory.
  let ablated: [any Forecast]
  /// A checkpoint's file name without its folders, or the predictor's name.
  let name: String
  /// The checkpoint, or the oracle's articles.
  let files: [Provenance.File]
  /// What the predictions of ablated windows depend on: the checkpoint.
  let ablatedFiles: [Provenance.File]

  /// - Parameters:
  ///   - header: of the main stream, and `roles` its windows'.
  ///   - count: of ablations.
  init(_ arguments: Arguments, _ header: StreamHeader, _ roles: Roles, ablations count: Int) throws {
    let word = arguments[ModelPredict.model]
    let (horizon, raw) = (arguments[ModelPredict.horizon], arguments[ModelPredict.raw])
    let capacity = arguments[ModelPredict.batch]
    if word == "oracle" {
      let store = try Self.articles(header, arguments)
      if store == nil { try Self.checkFutures(roles, horizon, arguments) }
      forecast = Oracle(
        dim: header.dim, capacity: capacity, horizon: horizon, isRaw: raw, later: store.map(Self.later))
      ablated = (0..<count).map { _ in Oracle(dim: header.dim, capacity: capacity, horizon: 1, isRaw: raw) }
      (name, ablatedFiles) = (word, [])
      files = try arguments[ModelPredict.articles].map { [try Provenance.File(describing: $0)] } ?? []
    } else if let baseline = Baseline(rawValue: word) {
      let predictor = BaselinePredictor(baseline, dim: header.dim, context: roles.context, capacity: capacity)
      forecast = Rollout(predictor, horizon: horizon, isRaw: raw)
      ablated = (0..<count).map { _ in Rollout(predictor, horizon: 1, isRaw: raw) }
      (name, files, ablatedFiles) = (word, [], [])
    } else if word == "nearest" {
      let predictor = NearestPredictor(
        try Self.reference(header, roles, arguments), neighbours: arguments[ModelPredict.neighbours],
        capacity: capacity)
      forecast = Rollout(predictor, horizon: horizon, isRaw: raw)
      ablated = (0..<count).map { _ in Rollout(predictor, horizon: 1, isRaw: raw) }
      name = word
      files = try arguments[ModelPredict.train].map { [try Provenance.File(describing: $0)] } ?? []
      ablatedFiles = files
    } else {
      let checkpoint = try Self.load(word)
      let network = try at(word) { try Self.network(checkpoint.configuration, header, roles) }
      let predictor = NetworkPredictor(
        network, checkpoint.parameters, options: checkpoint.options, capacity: capacity,
        calls: horizon + count)
      forecast = Rollout(predictor, horizon: horizon, isRaw: raw)
      ablated = (0..<count).map { _ in Rollout(predictor, horizon: 1, isRaw: raw) }
      name = word.split(separator: "/").last.map(String.init) ?? word
      files = [try Provenance.File(describing: word)]
      ablatedFiles = files
    }
  }

  private static func load(_ path: String) throws -> Checkpoint {
    do {
      return try Checkpoint.load(path, trainingState: false)
    } catch var failure as Failure where failure.status == .cannotOpen && !path.contains("/") {
      failure.hint = failure.hint ?? "expected a checkpoint's file, or one of \(names.joined(separator: ", "))"
      throw failure
    }
  }

  /// - Throws: `.badData` where the windows are not those the network was made for.
  private static func network(
    _ configuration: Configuration, _ header: StreamHeader, _ roles: Roles
  ) throws -> any Network {
    guard configuration.dim == header.dim, configuration.context == roles.context else {
      throw Failure(
        .badData,
        "expected windows of \(configuration.context) context chunks of dim \(configuration.dim), found "
          + "\(roles.context) of dim \(header.dim)",
        hint: configuration.dim == header.dim
          ? "seq-build --ctx \(configuration.context) makes such windows"
          : "the model was trained on vectors of another embedding")
    }
    return try configuration.network()
  }

  /// The names that are no files.
  static let names = Baseline.allCases.map(\.rawValue) + ["nearest", "oracle"]

  /// The training windows among which `nearest` searches.
  ///
  /// - Throws: `.usage` without `--train`; `.badData` where they have another shape than the main stream's, or there are
  ///   none; what reading them throws.
  private static func reference(
    _ header: StreamHeader, _ roles: Roles, _ arguments: Arguments
  ) throws -> ReferenceWindows {
    guard let path = arguments[ModelPredict.train] else {
      throw Failure(.usage, "--model nearest: expected --train FILE beside it, the windows to search")
    }
    let input = try StreamInput([path])
    let others = try input.expectWindows()
    guard input.header.dim == header.dim, others.context == roles.context, input.header.offset == header.offset else {
      throw Failure(
        .badData,
        "expected windows of \(roles.context) context chunks of dim \(header.dim) at offset \(header.offset), found "
          + "\(others.context) of dim \(input.header.dim) at offset \(input.header.offset)", at: path)
    }
    let reference = ReferenceWindows(dim: header.dim, roles: others)
    while let block = try input.next() { reference.append(block) }
    guard reference.windows > 0 else { throw Failure(.badData, "the stream has no windows", at: path) }
    return reference
  }

  private static func checkFutures(_ roles: Roles, _ horizon: Int, _ arguments: Arguments) throws {
    let futures = roles.slots(of: "future").count
    guard futures < horizon - 1 else { return }
    throw Failure(
      .usage,
      "--horizon \(horizon): the oracle needs the \(horizon - 1) chunks after the target; the windows have \(futures)",
      hint: "--articles FILE looks them up, or seq-build --futures \(horizon - 1) adds them")
  }

  /// - Throws: `.badData` where the chunks' vectors are not as long as the windows'; what opening them throws.
  private static func articles(_ header: StreamHeader, _ arguments: Arguments) throws -> ArticleStore? {
    guard let path = arguments[ModelPredict.articles] else { return nil }
    let store = try ArticleStore.open(path)
    guard store.dim == header.dim else {
      throw Failure(.badData, "expected chunks of dim \(header.dim), as the windows, found dim \(store.dim)", at: path)
    }
    return store
  }

  private static func later(_ store: ArticleStore) -> Oracle.Later {
    { target, chunks in
      guard store.select(target.article) != nil, let position = store.position(of: Int(target.chunk) + chunks) else {
        return nil
      }
      return try store.vector(at: position).0
    }
  }
}
