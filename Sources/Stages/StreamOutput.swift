public import Commands
internal import Descriptors
internal import Failures
internal import Glibc
public import Streams

/// The stream that a tool writes: to standard output, or whole or not at all to a file, that of `--output` or another.
///
/// Should the tool fail, an abort record with the first culprit ends the stream, even one that has not begun, so that
/// nothing downstream takes a part for the whole.
public final class StreamOutput {
  private let arguments: Arguments
  private let file: OutputFile?
  private var begun: StreamWriter?

  /// Opens the output, so that one which cannot be written shows before any work is done.
  public convenience init(_ arguments: Arguments) throws {
    if let path = arguments.outputPath {
      try self.init(arguments, file: path)
    } else {
      try StandardOutput.refuseTerminal()
      self.init(arguments, nil)
    }
  }

  /// Opens a file that another option than `--output` names.
  public convenience init(_ arguments: Arguments, file path: String) throws {
    self.init(arguments, try OutputFile(path))
  }

  private init(_ arguments: Arguments, _ file: OutputFile?) {
    self.arguments = arguments
    self.file = file
    Diagnostics.onFailure { [self] failure in passOn(failure) }
  }

  /// Writes the header.
  public func begin(_ header: StreamHeader) throws -> StreamWriter {
    let writer = try StreamWriter(
      descriptor: file?.descriptor ?? STDOUT_FILENO, name: file?.path ?? "standard output", header: header)
    begun = writer
    return writer
  }

  /// Writes the end record and gives a file its name.
  public func finish(counts: [String: Int] = [:], provenance: Provenance? = nil) throws {
    try end(counts: counts, provenance: provenance)
    try commit()
  }

  /// Writes the end record; a file is then whole, but has no name yet.
  public func end(counts: [String: Int] = [:], provenance: Provenance? = nil) throws {
    try begun?.finish(counts: counts, provenance: provenance)
    try file?.flush()
  }

  /// Gives a file its name, after `end`.
  public func commit() throws {
    try file?.commit()
  }

  /// - Returns: whether to stay silent: a culprit further up is printed by the last stage alone.
  private func passOn(_ failure: Failure) -> Bool {
    if let file {
      file.discard()
      return false
    }
    let origin =
      failure.origin
      ?? FailureOrigin(tool: arguments.tool, status: failure.status.rawValue, reason: failure.description)
    let written =
      begun?.abort(origin) ?? StreamWriter.abortAlone(origin, descriptor: STDOUT_FILENO)
    return written && failure.origin != nil && Self.isPipe
  }

  /// Whether another process reads standard output.
  private static var isPipe: Bool {
    let output = Descriptor(STDOUT_FILENO)
    return output.isPipe || output.isSocket
  }
}
