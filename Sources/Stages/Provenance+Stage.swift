public import Commands
public import Streams

extension Provenance {
  /// This provenance, and after it the tool that runs.
  ///
  /// - Parameters:
  ///   - parents: the ids of the stages whose output it reads.
  ///   - operands: names of what it reads that is not a stream.
  ///   - seed: where chance is involved.
  public func adding(
    _ arguments: Arguments, parents: [String], operands: [String] = [], seed: UInt64? = nil, files: [File] = []
  ) -> Provenance {
    var extended = self
    extended.append(
      Stage(
        tool: arguments.tool, version: Release.version, arguments: arguments.flagsOfResult + operands, seed: seed,
        files: files, parents: parents))
    return extended
  }
}
