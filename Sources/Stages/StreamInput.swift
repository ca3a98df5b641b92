public import Commands
internal import Descriptors
internal import Failures
internal import Glibc
public import Streams
public import Vectors

/// The stream that a tool reads: standard input, or the named files one after the other, as `cat` would join them.
public final class StreamInput {
  /// The header of the first stream.
  public let header: StreamHeader
  private var reader: StreamReader
  /// Files not yet opened, the next one last.
  private var pending: [String]
  private var current: Ended
  private var isFinished = false
  private var wasOrderedWithinMembers = true
  private var openDescriptor: Int32

  /// The sums over the files that have been read to their end.
  private struct Ended {
    var totals = Totals()
    var members = 0
    var counts: [String: Int] = [:]
    var provenance = Provenance()
    var writers: [String] = []
    var isOrdered = true
  }

  /// Opens the first file and reads its header.
  ///
  /// - Parameter paths: none, or `-`, for standard input.
  /// - Throws: `.usage` where standard input is named twice or is a terminal; `.cannotOpen`; `.badData` where the
  ///   header is malformed or the stream ends before it.
  public init(_ paths: [String] = []) throws {
    let paths = paths.isEmpty ? ["-"] : paths
    guard paths.filter({ $0 == "-" }).count <= 1 else {
      throw Failure(.usage, "-: expected once: standard input can be read only once")
    }
    (reader, openDescriptor) = try Self.open(paths[0])
    pending = paths.dropFirst().reversed()
    header = reader.header
    current = Ended()
  }

  deinit {
    if openDescriptor > STDERR_FILENO { close(openDescriptor) }
  }

  /// The next frame, valid until the next call; nil at the verified end of the last file.
  ///
  /// - Throws: `.badData` where a frame is damaged, a stream has no end, or a file does not match those before it.
  public func next() throws -> VectorBlock? {
    while !isFinished {
      if let block = try reader.next() { return block }
      finishReader()
      guard let path = pending.popLast() else {
        isFinished = true
        break
      }
      if openDescriptor > STDERR_FILENO { close(openDescriptor) }
      wasOrderedWithinMembers = isOrderedWithinMembers
      (reader, openDescriptor) = try Self.open(path)
      if let difference = header.disagreement(with: reader.header) {
        throw Failure(.badData, "does not match the files before it: \(difference)", at: path)
      }
    }
    return nil
  }

  private func finishReader() {
    current.totals = current.totals + reader.totals
    current.members += reader.members
    current.counts.merge(reader.counts, uniquingKeysWith: +)
    current.provenance.merge(reader.provenance)
    for writer in reader.writers where !current.writers.contains(writer) { current.writers.append(writer) }
    current.isOrdered = current.isOrdered && reader.isOrdered
  }

  private static func open(_ path: String) throws -> (StreamReader, Int32) {
    if path == "-" {
      try InputFile.refuseTerminal(expected: "a vector stream, as from npz-read FILE | …")
      return (try StreamReader(descriptor: STDIN_FILENO, name: "stdin"), STDIN_FILENO)
    }
    let descriptor = try InputFile.open(path)
    return (try StreamReader(descriptor: descriptor, name: path), descriptor)
  }
}

extension StreamInput {
  /// Rows and windows in the files read so far; final once `next()` has returned nil, as all below.
  public var totals: Totals { current.totals }
  /// How many streams were concatenated.
  public var members: Int { current.members }
  /// Whether every member so far claims to be ordered within itself, which is known before its rows are read.
  public var isOrderedWithinMembers: Bool { wasOrderedWithinMembers && reader.isOrderedWithinMembers }
  /// Whether the rows were in ascending order of their keys, over all files.
  public var isOrdered: Bool { current.isOrdered }
  /// What the stages upstream left out, under `tool:name`.
  public var counts: [String: Int] { current.counts }
  /// How the stream was made; complete at its end.
  public var provenance: Provenance { current.provenance }
  /// The ids of the stages that wrote the streams read.
  public var writers: [String] { current.writers }
  /// The name in messages of the file that is being read.
  public var name: String { reader.name }

  /// Checks the number of members, once `next()` has returned nil.
  ///
  /// - Parameter expected: nil where it is not known.
  /// - Throws: `.badData` where the number differs.
  public func expect(members expected: Int?) throws {
    guard let expected, members != expected else { return }
    throw Failure(
      .badData, "expected \(expected) members, found \(members)", at: name,
      hint: "a writer may have been killed before its first byte")
  }

  /// Reads to the verified end, for tools that need only the totals.
  public func readAll(_ arguments: Arguments) throws {
    let progress = Progress(arguments, unit: "rows")
    while let block = try next() { progress.advance(by: block.rows - block.repeated) }
    progress.finish()
  }
}
