internal import Failures
internal import Glibc
internal import JSON
public import Streams
public import Vectors

/// A stream's bytes, written by the writer to a file and read back.
///
/// - Parameter ordered: after how many frames the rows are no longer in order; nil where the header holds for all.
public func streamBytes(
  _ header: StreamHeader, _ frames: [Frame], counts: [String: Int] = [:], provenance: Provenance? = nil,
  ordered: Int? = nil
) throws -> [UInt8] {
  let folder = try Folder()
  let path = try folder.write([], to: "stream")
  let descriptor = open(path, O_WRONLY | O_CLOEXEC)
  defer { close(descriptor) }
  let writer = try StreamWriter(descriptor: descriptor, name: "stream", header: header)
  for (index, frame) in frames.enumerated() {
    if index == ordered { try writer.continueWithoutOrder() }
    try frame.withBlock { try writer.write($0) }
  }
  try writer.finish(counts: counts, provenance: provenance)
  return try folder.bytes(of: "stream")
}

/// A stream of chunks in these frames.
public func chunkStream(_ frames: [Frame], ordered: Bool = true) throws -> [UInt8] {
  try streamBytes(StreamHeader(kind: .chunks, dim: frames.first?.dim ?? 1, ordered: ordered), frames)
}

/// All that a reader returns of a stream.
public struct StreamContents {
  /// The header of the first member.
  public var header: StreamHeader
  /// All frames, in order.
  public var frames: [Frame] = []
  /// Rows and windows.
  public var totals = Totals()
  /// How many streams were concatenated.
  public var members = 0
  /// What earlier stages left out, under `tool:name`.
  public var counts: [String: Int] = [:]
  /// How the stream was made.
  public var provenance = Provenance()
  /// The ids of the stages that wrote it.
  public var writers: [String] = []
  /// Whether all rows were in ascending order of their keys.
  public var isOrdered = false

  /// The rows of all frames, without the repeated ones.
  public var keys: [Key] { frames.flatMap { $0.keys.dropFirst($0.repeated) } }
}

/// How a stream's bytes reach the reader.
public enum Transport: String, CaseIterable, Sendable {
  /// A regular file, which is mapped.
  case file
  /// A pipe, which is read into a buffer. Only for streams that fit into a pipe: up to 64 KiB.
  case pipe
}

/// Reads a stream to its end with `StreamReader`.
public func contents(_ bytes: [UInt8], through transport: Transport = .file) throws -> StreamContents {
  switch transport {
  case .file:
    let folder = try Folder()
    let descriptor = open(try folder.write(bytes, to: "stream"), O_RDONLY | O_CLOEXEC)
    defer { close(descriptor) }
    return try contents(descriptor)
  case .pipe:
    precondition(bytes.count <= 65536, "\(bytes.count) bytes do not fit into a pipe")
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw Failure(.internalFault, "pipe: error \(errno)") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(ends[0]) }
    _ = bytes.withUnsafeBytes { write(ends[1], $0.baseAddress, $0.count) }
    close(ends[1])
    return try contents(ends[0])
  }
}

/// Reads a stream to its end from an open descriptor.
public func contents(_ descriptor: Int32) throws -> StreamContents {
  let reader = try StreamReader(descriptor: descriptor, name: "stream")
  var contents = StreamContents(header: reader.header)
  while let block = try reader.next() { contents.frames.append(Frame(block)) }
  contents.totals = reader.totals
  contents.members = reader.members
  contents.counts = reader.counts
  contents.provenance = reader.provenance
  contents.writers = reader.writers
  contents.isOrdered = reader.isOrdered
  return contents
}

extension Tools {
  /// A golden stream under Tests/Reference/streams.
  public static func golden(_ name: String) throws -> [UInt8] {
    try Folder.bytes(of: root + "/Tests/Reference/streams/" + name)
  }
}

/// A stream of predictions in these frames.
public func predictionStream(_ frames: [Frame], ordered: Bool = false, horizon: Int? = nil) throws -> [UInt8] {
  var header = StreamHeader(kind: .predictions, dim: frames.first?.dim ?? 1, ordered: ordered)
  if let horizon { header.metadata["model-predict:horizon"] = .integer(Int64(horizon)) }
  return try streamBytes(header, frames)
}
