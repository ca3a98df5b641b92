import Commands
import Networks
import Stages
import Streams
import Vectors

/// Predicts a further stream of windows, a batch at a time, into a file of its own.
final class FurtherStream {
  /// Whether all its windows are predicted.
  private(set) var isFinished = false
  var zeroVectors: Int { stage.zeroVectors }

  private let arguments: Arguments
  private let files: [Provenance.File]
  private let input: StreamInput
  private let output: StreamOutput
  private let writer: StreamWriter
  private var stage: PredictionStage
  private var block: VectorBlock?
  private var window = -1

  /// Opens the output and writes its header.
  ///
  /// - Parameters:
  ///   - arguments: of a command that makes these predictions alone.
  ///   - files: what else is read.
  ///   - adapt: makes the predictions' header of the windows', in place.
  init(
    _ windows: FurtherWindows, _ forecast: any Forecast, _ arguments: Arguments, files: [Provenance.File],
    adapt: (inout StreamHeader) -> Void
  ) throws {
    (self.arguments, self.files, input) = (arguments, files, windows.input)
    var header = input.header
    adapt(&header)
    header.provenance = input.header.provenance.adding(
      arguments, parents: input.header.provenance.last.map { [$0] } ?? [], files: files)
    output = try StreamOutput(arguments, file: windows.predictions)
    writer = try output.begin(header)
    stage = PredictionStage(
      forecast, dim: header.dim, roles: windows.roles, capacity: arguments[ModelPredict.batch], name: input.name)
  }

  /// Predicts the next windows, so many or what is left.
  ///
  /// - Throws: `.badData` where the stream ends without any.
  func predict(windows: Int) throws {
    for _ in 0..<windows {
      guard let block = try advance() else { break }
      stage.append(block, window)
    }
    try stage.predict(to: writer)
    if isFinished { try stage.expectWindows(of: input) }
  }

  /// Goes to the next window.
  ///
  /// - Returns: the block it is in; nil at the verified end.
  private func advance() throws -> VectorBlock? {
    window += 1
    while !isFinished {
      if let block, window < block.windows { return block }
      (block, window) = (try input.next(), 0)
      isFinished = block == nil
      if !isFinished, !input.isOrderedWithinMembers { try writer.continueWithoutOrder() }
    }
    return nil
  }

  /// Ends the stream, whose file has no name yet.
  func end() throws {
    var counts = input.counts
    if zeroVectors > 0 { counts["\(arguments.tool):zero_vectors", default: 0] += zeroVectors }
    try output.end(
      counts: counts, provenance: input.provenance.adding(arguments, parents: input.writers, files: files))
  }

  /// Gives the file its name, after `end`.
  func commit() throws { try output.commit() }
}
