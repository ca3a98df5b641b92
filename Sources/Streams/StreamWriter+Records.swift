internal import Checksums
internal import Descriptors
internal import Failures
internal import Glibc
internal import JSON
internal import Vectors

/// The parts of records, and where members begin.
extension StreamWriter {
  /// Writes head, vectors and tail: all that must be copied in one call.
  func writeFrame(_ runs: [VectorBlock], _ tailBytes: UnsafeRawBufferPointer) throws {
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
  func checkRows(_ runs: [VectorBlock]) throws -> UInt32 {
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
  func fillTail(
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

  func fillHead(
    _ tag: RecordHead.Tag, length: Int, crc: UInt32, shape: RecordHead.FrameShape = RecordHead.FrameShape()
  ) {
    RecordHead(
      tag: tag, streamID: streamID, sequence: sequence, bodyLength: UInt64(length), shape: shape, bodyChecksum: crc
    ).write(to: UnsafeMutableRawBufferPointer(rebasing: head.bytes[..<RecordHead.byteCount]))
    sequence += 1
  }

  func writeRecord(_ tag: RecordHead.Tag, _ body: [UInt8]) throws {
    try body.withUnsafeBytes { body in
      fillHead(tag, length: body.count, crc: CRC32.of(body))
      var parts = [iovec(head), iovec(body)]
      try descriptor.write(&parts)
    }
  }

  /// Writes the names of articles that occur in a frame for the first time in the member.
  func writeNames(_ runs: [VectorBlock]) throws {
    var names: [JSON] = []
    var bytes = 0
    var last: UInt64 = 0
    for run in runs {
      for article in run.articles where article != last && article >= 1 << 63 {
        last = article
        guard !namedArticles.contains(article), let name = ArticleName.name(of: article) else { continue }
        namedArticles.insert(article)
        // JSON escapes a byte by up to six.
        let size = 6 * name.utf8.count + 3
        if bytes + size > 1 << 19 {
          try writeRecord(.names, Self.body(["names": .array(names)]))
          (names, bytes) = ([], 0)
        }
        names.append(.string(name))
        bytes += size
      }
    }
    if !names.isEmpty { try writeRecord(.names, Self.body(["names": .array(names)])) }
  }

  /// An ordered stream stays ordered within each member: where shards come in another order, a new member begins;
  /// where rows within a frame come in none, the new member says so. The end of the one before says that there is
  /// more to come, so that a stage killed in between leaves no stream that looks whole.
  ///
  /// - Returns: how many rows the frame may call repeated: a member's first frame repeats none.
  func keepOrder(_ runs: [VectorBlock], repeated: Int) throws -> Int {
    guard isOrdered else { return repeated }
    var last = lastKey
    var row = 0
    var breaks = (first: false, later: false)
    for run in runs {
      for index in 0..<run.rows {
        defer { row += 1 }
        guard row >= repeated else { continue }
        let key = run.key(index)
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

  func beginMember(ordered: Bool) throws {
    isOrdered = ordered
    try endMember(continues: true)
    ended = totals
    sequence = 0
    lastKey = nil
    namedArticles.removeAll()
    var header = header
    header.ordered = ordered
    try writeRecord(.header, Self.body(header.json))
  }

  static func difference(_ all: Totals, _ before: Totals) -> Totals {
    var rest = all
    rest.frames -= before.frames
    rest.rows -= before.rows
    rest.windows -= before.windows
    rest.rowDigest &-= before.rowDigest
    rest.windowDigest &-= before.windowDigest
    return rest
  }

  /// A JSON body, padded with spaces.
  static func body(_ json: JSON) -> [UInt8] {
    var bytes = Array(json.text.utf8)
    bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: RecordHead.padded(bytes.count) - bytes.count))
    return bytes
  }

  static func abortBody(_ origin: FailureOrigin) -> [UInt8] {
    // The reason is a line; anything longer than a page would only hide it.
    let reason = String(origin.reason.prefix(4096))
    return body(
      ["tool": .string(origin.tool), "status": .integer(Int64(origin.status)), "reason": .string(reason)])
  }
}

extension iovec {
  init(_ head: AlignedBuffer) {
    self.init(UnsafeRawBufferPointer(rebasing: head.bytes[..<RecordHead.byteCount]))
  }
}
