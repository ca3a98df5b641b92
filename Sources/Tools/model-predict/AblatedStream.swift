import Commands
import Failures
import Kernels
import Networks
import Prediction
import Sequences
import Stages
import Streams
import Vectors

/// The windows of the main stream with ablated contexts, predicted into a file of their own: what seq-ablate and
/// model-predict write when piped.
final class AblatedStream {
  /// Fills in the vector of the chunk of another article that a target draws.
  typealias OtherChunk = (Key, UnsafeMutableRawBufferPointer) throws -> Void

  private let mode: ContextAblation.Mode
  /// What rearranges the slots of a context; nil if a chunk of another article replaces the last one.
  private let ablation: ContextAblation?
  private let arguments: Arguments
  private let files: [Provenance.File]
  private let output: StreamOutput
  private let writer: StreamWriter
  private var stage: PredictionStage

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
    ablation =
      mode == .crossArticle
      ? nil : try at("--ablate") { try ContextAblation(mode, roles: roles, seed: arguments.seed) }
    var header = input.header
    if mode == .crossArticle { header.ordered = false }
    adapt(&header)
    header.provenance = Self.provenance(
      header.provenance, parents: header.provenance.last.map { [$0] } ?? [], mode, arguments, files)
    output = try StreamOutput(arguments, file: pair.path)
    writer = try output.begin(header)
    stage = PredictionStage(forecast, name: "--ablate \(mode.text)")
  }

  /// The provenance of the windows, then seq-ablate, then model-predict.
  private static func provenance(
    _ windows: Provenance, parents: [String], _ mode: ContextAblation.Mode, _ arguments: Arguments,
    _ files: [Provenance.File]
  ) -> Provenance {
    let ablated = windows.adding(
      tool: "seq-ablate", ["--mode", mode.text, "--seed", "\(arguments.seed)"], parents: parents,
      seed: mode.isRandom ? arguments.seed : nil)
    return ablated.adding(
      arguments.without(CommonOptions.seed), parents: ablated.last.map { [$0] } ?? [], files: files)
  }

  /// How many predictions have no length.
  var zeroVectors: Int { stage.zeroVectors }

  /// From here on the windows come in no order.
  func continueWithoutOrder() throws { try writer.continueWithoutOrder() }

  /// Predicts the windows of a batch with ablated contexts.
  ///
  /// - Parameters:
  ///   - batch: closed; its contexts are replaced.
  ///   - original: its contexts as they came, position-major.
  func predict(_ batch: WindowBatch<Float>, original: Matrix<Float>, otherChunk: OtherChunk) throws {
    let (context, windows) = (batch.roles.context, batch.windows)
    var slots: [UInt32] = []
    slots.reserveCapacity(context)
    for (window, target) in batch.keys.enumerated() {
      slots.removeAll(keepingCapacity: true)
      slots.append(contentsOf: 0..<UInt32(context))
      ablation?.rearrange(&slots, target: target)
      for (slot, source) in slots.enumerated() {
        _ = batch.contexts.row(slot * windows + window)
          .update(fromContentsOf: original.row(Int(source) * windows + window))
      }
      guard ablation == nil else { continue }
      try otherChunk(target, UnsafeMutableRawBufferPointer(batch.contexts.row((context - 1) * windows + window)))
    }
    try stage.predict(batch, to: writer)
  }

  /// Ends the stream, whose file has no name yet.
  func end(_ input: StreamInput) throws {
    var counts = input.counts
    if zeroVectors > 0 { counts["\(arguments.tool):zero_vectors", default: 0] += zeroVectors }
    try output.end(
      counts: counts,
      provenance: Self.provenance(input.provenance, parents: input.writers, mode, arguments, files))
  }

  /// Gives the file its name, after `end`.
  func commit() throws { try output.commit() }
}
