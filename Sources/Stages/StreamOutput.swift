public import Commands
internal import Descriptors
internal import Failures
internal import Glibc
public import Streams

/// The stream that a tool writes: to standard output or, whole or not at all, to a file (`--output` or another option).
///
/// If the tool fails, an abort record with the origin of the failure ends the stream, even before its header, so that
/// no reader takes a part for the whole.
public final class StreamOutput {
  private let arguments: Arguments
  private let file: OutputFile?
  private var writer: StreamWriter?

  /// Opens the output that the command line names, before any work is done.
  ///
  /// - Throws: `.cannotCreate`; `.usage` where standard output is a terminal.
  public convenience init(_ arguments: Arguments) throws {
    if let path = arguments.outputPath {
      try self.init(arguments, file: path)
    } else {
      try StandardOutput.refuseTerminal()
      self.init(arguments, nil)
    }
  }

  /// Opens a file that an option other than `--output` names.
  ///
  /// - Throws: `.cannotCreate`.
  public convenience init(_ arguments: Arguments, file path: String) throws {
    self.init(arguments, try OutputFile(path))
  }

  private init(_ arguments: Arguments, _ file: OutputFile?) {
    self.arguments = arguments
    self.file = file
    Diagnostics.onFailure { [self] failure in passOn(failure) }
  }

  /// Writes the header.
  ///
  /// - Returns: the writer for the frames; `finish` or `end` of this object writes the end record.
  public func begin(_ header: StreamHeader) throws -> StreamWriter {
    let writer = try StreamWriter(
      descriptor: file?.descriptor ?? STDOUT_FILENO, name: file?.path ?? "standard output", header: header)
    self.writer = writer
    return writer
  }

  /// Writes the end record and gives a file its name.
  ///
  /// - Parameters:
  ///   - counts: what was left out, under `tool:name`.
  ///   - provenance: nil where that of the header is complete.
  public func finish(counts: [String: Int] = [:], provenance: Provenance? = nil) throws {
    try end(counts: counts, provenance: provenance)
    try commit()
  }

  /// Writes the end record; a file is then whole, but has no name yet.
  public func end(counts: [String: Int] = [:], provenance: Provenance? = nil) throws {
    try writer?.finish(counts: counts, provenance: provenance)
    try file?.flush()
  }

  /// Gives a file its name, after `end`.
  public func commit() throws {
    try file?.commit()
  }

  /// Ends the stream by an abort record, or removes the unfinished file.
  ///
  /// - Returns: whether to print nothing: a failure that came from upstream is printed by the last stage alone.
  private func passOn(_ failure: Failure) -> Bool {
    if let file {
      file.discard()
      return false
    }
    let origin =
      failure.origin
      ?? FailureOrigin(tool: arguments.tool, status: failure.status.rawValue, reason: failure.description)
    let written =
      writer?.abort(origin) ?? StreamWriter.abortAlone(origin, descriptor: STDOUT_FILENO)
    return written && failure.origin != nil && Self.isPipe
  }

  /// Whether another process reads standard output.
  private static var isPipe: Bool {
    let output = Descriptor(STDOUT_FILENO)
    return output.isPipe || output.isSocket
  }
}
