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
    adding(tool: arguments.tool, arguments.flagsOfResult + operands, parents: parents, seed: seed, files: files)
  }

  /// This provenance with a tool of this release appended.
  ///
  /// - Parameters:
  ///   - tool: its name.
  ///   - words: its command line, with the flags in the order of its manual.
  ///   - parents: the ids of the stages whose output it reads.
  ///   - seed: of its random choices; nil where it makes none.
  ///   - files: what it reads besides streams.
  public func adding(
    tool: String, _ words: [String], parents: [String], seed: UInt64? = nil, files: [File] = []
  ) -> Provenance {
    var extended = self
    extended.append(
      Stage(
        tool: tool, version: Release.version, arguments: words, seed: seed, files: files, parents: parents))
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
