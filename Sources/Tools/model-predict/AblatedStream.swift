import Commands
import Failures
import Prediction
import Sequences
import Stages
import Streams
import Vectors

/// The windows of the main stream with damaged contexts, predicted into a file of their own: what seq-ablate and
/// model-predict write when piped.
final class AblatedStream {
  /// What damages the contexts.
  private enum Damage {
    /// Puts other rows of the window into its slots.
    case slots(ContextAblation)
    /// Brings rows of other articles, once all are known.
    case rows(CrossArticle)
    /// As `rows`, while the articles are not known.
    case unknown
  }

  private let mode: ContextAblation.Mode
  private let arguments: Arguments
  private let files: [Provenance.File]
  private let output: StreamOutput
  private let writer: StreamWriter
  private var damage: Damage
  private(set) var stage: PredictionStage
  /// The rows of the current block, where the damage brings others, and its windows' indices.
  private var rows: VectorStore
  private var indices: [UInt32] = []

  /// Opens the output and writes its header.
  ///
  /// - Parameters:
  ///   - pair: mode and file.
  ///   - input: the main stream.
  ///   - arguments: of a command that makes these predictions alone.
  ///   - files: what else is read.
  ///   - adapt: makes the predictions' header of the windows', in place.
  init(
    _ pair: AblationFiles.Pair, _ input: StreamInput, _ roles: Roles, _ forecast: any Forecast, _ arguments: Arguments,
    files: [Provenance.File], adapt: (inout StreamHeader) -> Void
  ) throws {
    let mode = pair.mode
    (self.mode, self.arguments, self.files) = (mode, arguments, files)
    damage =
      mode == .crossArticle
      ? .unknown : .slots(try at("--ablate") { try ContextAblation(mode, roles: roles, seed: arguments.seed) })
    var header = input.header
    if mode == .crossArticle { header.ordered = false }
    header.provenance = Self.ablated(header.provenance, mode, arguments.seed, parents: header.provenance.last.map { [$0] } ?? [])
    adapt(&header)
    let alone = arguments.without(CommonOptions.seed)
    header.provenance = header.provenance.adding(alone, parents: header.provenance.last.map { [$0] } ?? [], files: files)
    output = try StreamOutput(arguments, file: pair.path)
    writer = try output.begin(header)
    rows = VectorStore(dim: header.dim)
    stage = PredictionStage(
      forecast, dim: header.dim, roles: roles, capacity: arguments[ModelPredict.batch], name: "--ablate \(mode.text)")
  }

  /// The provenance of windows after seq-ablate.
  private static func ablated(
    _ provenance: Provenance, _ mode: ContextAblation.Mode, _ seed: UInt64, parents: [String]
  ) -> Provenance {
    provenance.adding(
      tool: "seq-ablate", ["--mode", mode.text, "--seed", "\(seed)"], parents: parents,
      seed: mode.isRandom ? seed : nil)
  }

  /// Makes the chunks of all articles known, before the first block.
  func use(_ sampler: OtherArticleSampler, dim: Int, roles: Roles) {
    guard mode == .crossArticle else { return }
    damage = .rows(CrossArticle(sampler, dim: dim, roles: roles, seed: arguments.seed))
  }

  /// Damages the windows of a block, for `append`.
  ///
  /// - Parameter vector: fills in the vector of a row of the stream.
  func prepare(_ block: VectorBlock, vector: (Int, UnsafeMutableRawBufferPointer) throws -> Void) throws {
    switch damage {
    case .slots(var ablation):
      ablation.apply(to: block) { indices = Array($0) }
      damage = .slots(ablation)
    case .rows(var crossing):
      try crossing.apply(to: block, vector: vector) { frame in
        rows.removeAll()
        for run in frame.runs { rows.append(run, rows: 0..<run.rows) }
        indices = Array(frame.indices)
      }
      damage = .rows(crossing)
    case .unknown: preconditionFailure("windows of other articles before all articles are known")
    }
  }

  /// Adds a window of the block that was prepared.
  func append(_ block: VectorBlock, _ window: Int) {
    indices.withUnsafeBufferPointer { indices in
      guard mode == .crossArticle else {
        var damaged = block
        damaged.indices = indices
        return stage.append(damaged, window)
      }
      rows.withBlock { rows in
        var damaged = rows
        (damaged.slots, damaged.indices, damaged.weights) = (block.slots, indices, block.weights)
        stage.append(damaged, window)
      }
    }
  }

  /// Predicts the windows that wait.
  func predict() throws { try stage.predict(to: writer) }

  /// From here on the windows come in no order.
  func continueWithoutOrder() throws { try writer.continueWithoutOrder() }

  /// Ends the stream, whose file has no name yet.
  func end(_ input: StreamInput) throws {
    var counts = input.counts
    if stage.zeroVectors > 0 { counts["\(arguments.tool):zero_vectors", default: 0] += stage.zeroVectors }
    let windows = Self.ablated(input.provenance, mode, arguments.seed, parents: input.writers)
    let alone = arguments.without(CommonOptions.seed)
    let provenance = windows.adding(alone, parents: windows.last.map { [$0] } ?? [], files: files)
    try output.end(counts: counts, provenance: provenance)
  }

  /// Gives the file its name, after `end`.
  func commit() throws { try output.commit() }
}
