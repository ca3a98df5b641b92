internal import Checksums
public import Commands
internal import Descriptors
public import Streams

extension Provenance {
  /// This provenance with the running tool appended.
  ///
  /// - Parameters:
  ///   - parents: the ids of the stages whose output the tool reads.
  ///   - operands: the operands that name something other than a stream.
  ///   - seed: of the tool's random choices; nil where it makes none.
  ///   - files: what the tool reads besides streams.
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

extension Provenance.File {
  /// Describes a file by its name, size and CRC-32. The file is read whole.
  ///
  /// - Throws: `Failure` `.cannotOpen` or `.inputOutput`.
  public init(describing path: String) throws {
    var (size, crc): (Int, UInt32) = (0, 0)
    try InputFile.read(path) { part in
      crc = CRC32.of(part, after: crc)
      size += part.count
    }
    self.init(name: path, size: size, crc32: crc)
  }
}
