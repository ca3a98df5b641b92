internal import Checksums
internal import Descriptors
public import Failures
internal import Glibc
internal import JSON
public import Vectors

/// Writes a vector stream: a header at once, each frame as one writev(2), and an end with the totals, or an abort.
///
/// Vectors are never copied, and rows whose checksums are known are not read again. Memory: the keys of one frame.
public final class StreamWriter {
  public let header: StreamHeader
  /// What has been written so far.
  public private(set) var totals = Totals()

  private let descriptor: Descriptor
  private let name: String
  private let isPipe: Bool
  private let streamID: UInt64
  private var sequence: UInt64 = 0
  /// Totals of the members before the one being written.
  private var ended = Totals()
  private var lastKey: Key?
  /// Whether the member being written claims to be ordered.
  private var isOrdered: Bool
  private var isOpen = false

  private let head = AlignedBuffer(capacity: RecordHead.byteCount)
  /// What follows a frame's vectors.
  private let tail = AlignedBuffer(capacity: 64 << 10)
  private var checksums: [UInt32] = []
  private var digests: [UInt64] = []
  private let appender: CRC32.Appender

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

  /// From here on rows come in no order: goes on in a member that says so, if the present one claims otherwise.
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

  private func endMember(counts: [String: Int] = [:], provenance: Provenance? = nil, continues: Bool = false) throws {
    var members = Self.difference(totals, ended).json
    if !counts.isEmpty { members["counts"] = .object(counts.mapValues { .integer(Int64($0)) }) }
    if let provenance, provenance != header.provenance { members["provenance"] = provenance.json }
    if continues { members["continues"] = true }
    try writeRecord(.end, Self.body(.object(members)))
    isOpen = continues
  }

  /// Writes an abort record, if the stream is not whole yet: every stage downstream will stop and name the culprit.
  ///
  /// - Returns: whether it could be written.
  public func abort(_ culprit: Culprit) -> Bool {
    guard isOpen else { return false }
    isOpen = false
    return (try? writeRecord(.abort, Self.abortBody(culprit))) != nil
  }

  /// Writes an abort record that stands alone, for a stage that fails before its header.
  public static func abortAlone(_ culprit: Culprit, descriptor number: Int32) -> Bool {
    let head = AlignedBuffer(capacity: RecordHead.byteCount)
    let body = abortBody(culprit)
    return body.withUnsafeBytes { body in
      RecordHead(
        tag: .abort, streamID: 0, sequence: 0, bodyLength: UInt64(body.count), bodyChecksum: CRC32.of(body)
      ).write(to: head.bytes)
      var parts = [iovec(head), iovec(body)]
      return (try? Descriptor(number).write(&parts)) != nil
    }
  }
}

// MARK: - The parts of a frame

extension StreamWriter {
  /// Writes head, vectors and tail: all that must be copied in one call.
  private func writeFrame(_ runs: [VectorBlock], _ tailBytes: UnsafeRawBufferPointer) throws {
    var parts = [iovec(head)]
    for run in runs where run.rows > 0 {
      var bytes = run.bytes
      // Below a few pages the copy is cheaper.
      if isPipe, let origin = run.origin, bytes.count >= 64 << 10 {
        try descriptor.write(&parts)
        parts.removeAll()
        let moved = try descriptor.splice(from: origin.descriptor, offset: origin.offset, count: bytes.count)
        bytes = UnsafeRawBufferPointer(rebasing: bytes[moved...])
      }
      parts.append(iovec(bytes))
    }
    parts.append(iovec(tailBytes))
    try descriptor.write(&parts)
  }

  /// Gathers the rows' checksums, computing those that are not known.
  ///
  /// - Returns: the CRC-32 of all vectors.
  private func checkRows(_ runs: [VectorBlock]) throws -> UInt32 {
    checksums.removeAll(keepingCapacity: true)
    var crc: UInt32 = 0
    for run in runs {
      precondition(run.dim == header.dim, "rows of the header's dim")
      if let known = run.checksums {
        for checksum in known { crc = appender(crc, checksum) }
        checksums.append(contentsOf: known)
      } else {
        let start = checksums.count
        checksums.append(contentsOf: repeatElement(0, count: run.rows))
        let found = checksums.withUnsafeMutableBufferPointer { all in
          RowChecks.check(
            run.bytes, dim: run.dim, into: UnsafeMutableBufferPointer(rebasing: all[start...]), after: crc,
            appender: appender)
        }
        if let row = found.firstNonFinite {
          throw Failure(.badData, "\(run.key(row)) holds a NaN or an infinity")
        }
        crc = found.crc
      }
    }
    return crc
  }

  /// Lays out what follows the vectors.
  ///
  /// - Returns: the keys and windows as a block without vectors, pointing into `tail`.
  private func fillTail(
    _ runs: [VectorBlock], _ layout: RecordHead.FrameShape.Layout, _ indices: UnsafeBufferPointer<UInt32>,
    _ weights: UnsafeBufferPointer<Float>?
  ) -> VectorBlock {
    let start = layout.vectors.upperBound
    tail.reserve(layout.length - start)
    func zero(_ range: Range<Int>) {
      for byte in range { tail.bytes[byte - start] = 0 }
    }
    func gather<Number>(_ range: Range<Int>, _ parts: [UnsafeBufferPointer<Number>]) -> UnsafeBufferPointer<Number> {
      let target = UnsafeMutableRawBufferPointer(
        rebasing: tail.bytes[range.lowerBound - start..<range.upperBound - start])
      var offset = 0
      for part in parts where !part.isEmpty {
        let bytes = UnsafeRawBufferPointer(part)
        UnsafeMutableRawBufferPointer(rebasing: target[offset...]).copyMemory(from: bytes)
        offset += bytes.count
      }
      return UnsafeRawBufferPointer(target).bindMemory(to: Number.self)
    }
    zero(start..<layout.articles.lowerBound)
    zero(layout.weights.upperBound..<layout.length)
    return VectorBlock(
      dim: 0, vectors: UnsafeBufferPointer(start: nil, count: 0),
      articles: gather(layout.articles, runs.map(\.articles)),
      chunks: gather(layout.chunks, runs.map(\.chunks)), steps: gather(layout.steps, runs.map(\.steps)),
      slots: header.slots, indices: gather(layout.indices, [indices]),
      weights: weights.map { gather(layout.weights, [$0]) })
  }

  private func fillHead(
    _ tag: RecordHead.Tag, length: Int, crc: UInt32, shape: RecordHead.FrameShape = RecordHead.FrameShape()
  ) {
    RecordHead(
      tag: tag, streamID: streamID, sequence: sequence, bodyLength: UInt64(length), shape: shape, bodyChecksum: crc
    ).write(to: UnsafeMutableRawBufferPointer(rebasing: head.bytes[..<RecordHead.byteCount]))
    sequence += 1
  }

  private func writeRecord(_ tag: RecordHead.Tag, _ body: [UInt8]) throws {
    try body.withUnsafeBytes { body in
      fillHead(tag, length: body.count, crc: CRC32.of(body))
      var parts = [iovec(head), iovec(body)]
      try descriptor.write(&parts)
    }
  }

  /// An ordered stream stays ordered within each member: where shards come in another order, a new member begins;
  /// where rows within a frame come in none, the new member says so. The end of the one before says that there is
  /// more to come, so that a stage killed in between leaves no stream that looks whole.
  ///
  /// - Returns: how many rows the frame may call repeated: a member's first frame repeats none.
  private func keepOrder(_ runs: [VectorBlock], repeated: Int) throws -> Int {
    guard isOrdered else { return repeated }
    var last = lastKey
    var row = 0
    var breaks = (first: false, later: false)
    for run in runs {
      for place in 0..<run.rows {
        defer { row += 1 }
        guard row >= repeated else { continue }
        let key = run.key(place)
        if let last, key <= last {
          if row == repeated { breaks.first = true } else { breaks.later = true }
        }
        last = key
      }
    }
    guard breaks.first || breaks.later else { return repeated }
    try beginMember(ordered: !breaks.later)
    return 0
  }

  private func beginMember(ordered: Bool) throws {
    isOrdered = ordered
    try endMember(continues: true)
    ended = totals
    sequence = 0
    lastKey = nil
    var header = header
    header.ordered = ordered
    try writeRecord(.header, Self.body(header.json))
  }

  private static func difference(_ all: Totals, _ before: Totals) -> Totals {
    var rest = all
    rest.frames -= before.frames
    rest.rows -= before.rows
    rest.windows -= before.windows
    rest.rowDigest &-= before.rowDigest
    rest.windowDigest &-= before.windowDigest
    return rest
  }

  /// A JSON body, padded with spaces.
  private static func body(_ json: JSON) -> [UInt8] {
    var bytes = Array(json.text.utf8)
    bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: RecordHead.padded(bytes.count) - bytes.count))
    return bytes
  }

  private static func abortBody(_ culprit: Culprit) -> [UInt8] {
    // The reason is a line; anything longer than a page would only hide it.
    let reason = String(culprit.reason.prefix(4096))
    return body(
      ["tool": .string(culprit.tool), "status": .integer(Int64(culprit.status)), "reason": .string(reason)])
  }
}

extension iovec {
  fileprivate init(_ head: AlignedBuffer) {
    self.init(UnsafeRawBufferPointer(rebasing: head.bytes[..<RecordHead.byteCount]))
  }
}
