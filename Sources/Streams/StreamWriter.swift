internal import Checksums
internal import Descriptors
public import Failures
internal import Glibc
internal import JSON
public import Vectors

/// Writes a vector stream: a header at once, each frame as one writev(2), and an end with the totals, or an abort.
///
/// Vectors are never copied, and rows whose checksums are known are not read again. Memory: the keys of one frame, and 16
/// bytes for each article that has a name.
public final class StreamWriter {
  /// The header that was written.
  public let header: StreamHeader
  /// What has been written so far.
  public private(set) var totals = Totals()

  let descriptor: Descriptor
  let name: String
  let isPipe: Bool
  let streamID: UInt64
  var sequence: UInt64 = 0
  /// Totals of the members before the one being written.
  var ended = Totals()
  var lastKey: Key?
  /// Whether the member being written claims to be ordered.
  var isOrdered: Bool
  var isOpen = false
  /// The articles whose names the member being written has stated.
  var namedArticles: Set<UInt64> = []

  let head = AlignedBuffer(capacity: RecordHead.byteCount)
  /// What follows a frame's vectors.
  let tail = AlignedBuffer(capacity: 64 << 10)
  var checksums: [UInt32] = []
  var digests: [UInt64] = []
  let appender: CRC32.Appender

  /// The size of vectors in a frame that flows best.
  public static let frameBytes = 512 << 10

  /// Rows of a frame that flows best.
  public static func rowsPerFrame(dim: Int) -> Int { max(1, frameBytes / (4 * dim)) }

  /// Writes the header.
  ///
  /// - Parameters:
  ///   - descriptor: stays open.
  ///   - name: as messages should call it: a path, or `standard output`.
  public init(descriptor number: Int32, name: String, header: StreamHeader) throws {
    descriptor = Descriptor(number, name: name)
    self.name = name
    descriptor.widenPipe()
    isPipe = descriptor.isPipe
    self.header = header
    isOrdered = header.ordered
    let headerBody = Self.body(header.json)
    guard headerBody.count <= Int(RecordHead.bodyLimit(.header)) else {
      throw Failure(.badData, "the header would take \(headerBody.count) bytes; at most 1 MiB is allowed", at: name)
    }
    let crc = headerBody.withUnsafeBytes { CRC32.of($0) }
    streamID = mixed(UInt64(crc))
    appender = CRC32.Appender(length: 4 * header.dim)
    try writeRecord(.header, headerBody)
    isOpen = true
  }

  /// Writes a block of rows without windows.
  public func write(_ block: VectorBlock) throws {
    try write([block], indices: block.indices, repeated: block.repeated, weights: block.weights)
  }

  /// Writes one frame.
  ///
  /// - Parameters:
  ///   - runs: the rows, in order; windows of these blocks are ignored. Nothing is written where they hold no row.
  ///   - indices: (windows, slots), rows counted over all runs.
  ///   - repeated: how many rows at the head are the last ones of the frame before.
  ///   - weights: (windows), or nil for 1.
  public func write(
    _ runs: [VectorBlock], indices: UnsafeBufferPointer<UInt32>, repeated: Int = 0,
    weights: UnsafeBufferPointer<Float>? = nil
  ) throws {
    let rows = runs.reduce(0) { $0 + $1.rows }
    guard rows > repeated || !indices.isEmpty else { return }
    let repeated = try keepOrder(runs, repeated: repeated)
    try writeNames(runs)
    let slots = header.slots
    let shape = RecordHead.FrameShape(
      rows: UInt32(rows), windows: UInt32(slots == 0 ? 0 : indices.count / slots), repeated: UInt32(repeated),
      flags: weights == nil ? 0 : RecordHead.FrameShape.hasWeights, dim: UInt32(header.dim), slots: UInt32(slots))
    guard let layout = shape.layout else {
      throw Failure(
        .badData, "a frame of \(rows) rows of dim \(header.dim) would be larger than 64 MiB", at: name)
    }
    let vectorsCRC = try checkRows(runs)
    let block = fillTail(runs, layout, indices, weights)
    let tailBytes = UnsafeRawBufferPointer(rebasing: tail.bytes[..<(layout.length - layout.vectors.upperBound)])
    fillHead(.frame, length: layout.length, crc: CRC32.of(tailBytes, after: vectorsCRC), shape: shape)

    try writeFrame(runs, tailBytes)

    var counted = block
    counted.repeated = repeated
    checksums.withUnsafeBufferPointer { totals.count(counted, checksums: $0, digests: &digests) }
    lastKey = runs.last { $0.rows > 0 }.map { $0.key($0.rows - 1) } ?? lastKey
  }

  /// From here on rows come in no order: continues in a member that says so, if the present one claims otherwise.
  public func continueWithoutOrder() throws {
    if isOrdered { try beginMember(ordered: false) }
  }

  /// Writes the end record. The stream is whole then, and only then.
  ///
  /// - Parameters:
  ///   - counts: `tool:what` → how many, of what was left out.
  ///   - provenance: where it has grown since the header was written.
  public func finish(counts: [String: Int] = [:], provenance: Provenance? = nil) throws {
    try endMember(counts: counts, provenance: provenance)
  }

  func endMember(counts: [String: Int] = [:], provenance: Provenance? = nil, continues: Bool = false) throws {
    var members = Self.difference(totals, ended).json
    if !counts.isEmpty { members["counts"] = .object(counts.mapValues { .integer(Int64($0)) }) }
    if let provenance, provenance != header.provenance { members["provenance"] = provenance.json }
    if continues { members["continues"] = true }
    try writeRecord(.end, Self.body(.object(members)))
    isOpen = continues
  }

  /// Writes an abort record, if the stream is not whole yet: every stage downstream will stop and name the origin.
  ///
  /// - Returns: whether it could be written.
  public func abort(_ origin: FailureOrigin) -> Bool {
    guard isOpen else { return false }
    isOpen = false
    return (try? writeRecord(.abort, Self.abortBody(origin))) != nil
  }

  /// Writes an abort record that stands alone, for a stage that fails before its header.
  public static func abortAlone(_ origin: FailureOrigin, descriptor number: Int32) -> Bool {
    let head = AlignedBuffer(capacity: RecordHead.byteCount)
    let body = abortBody(origin)
    return body.withUnsafeBytes { body in
      RecordHead(
        tag: .abort, streamID: 0, sequence: 0, bodyLength: UInt64(body.count), bodyChecksum: CRC32.of(body)
      ).write(to: head.bytes)
      var parts = [iovec(head), iovec(body)]
      return (try? Descriptor(number).write(&parts)) != nil
    }
  }
}
