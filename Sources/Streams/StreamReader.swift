internal import Checksums
internal import Failures
internal import JSON
public import Vectors

/// Reads a vector stream, all members of it, and believes nothing: every CRC, length, count, index and total is held
/// against the others before a frame is handed out (docs/stream-format.md).
///
/// Memory: one frame. A stream that ends without its end record, or with an abort record, is a thrown `Failure`.
public final class StreamReader {
  /// The header of the first member.
  public let header: StreamHeader
  /// What has been read so far, over all members; final once `next()` has returned nil.
  public private(set) var totals = Totals()
  /// Members started so far.
  public private(set) var members = 1
  /// What the stages upstream left out, added up over the members that have ended.
  public private(set) var counts: [String: Int] = [:]
  /// The provenance of the members that have ended, merged.
  public private(set) var provenance = Provenance()
  /// The stages that wrote those members, each once.
  public private(set) var writers: [String] = []
  /// Whether the rows so far came in ascending order, across members too.
  public private(set) var isOrdered: Bool
  /// Whether every member so far claims to be ordered within itself.
  public private(set) var isOrderedWithinMembers: Bool
  /// Where the vectors of the last frame begin, in bytes from the first that was read.
  public private(set) var vectorsOffset = 0

  private let source: ByteSource
  private var member: Member
  private var finished = false
  private var lastKey: Key?
  private var parsing = FrameParser()

  /// What is known of the member being read.
  private struct Member {
    var header: StreamHeader
    var streamID: UInt64
    var nextSequence: UInt64 = 1
    var totals = Totals()
  }

  /// The stream, for messages: a path or `stdin`.
  public var name: String { source.name }

  /// Reads the first header.
  ///
  /// - Parameters:
  ///   - descriptor: is read from its current offset, and stays open.
  ///   - name: as messages should call it: a path, or `stdin`.
  public init(descriptor: Int32, name: String) throws {
    source = ByteSource(descriptor: descriptor, name: name)
    member = try Self.located(name) { [source] in
      guard let (head, body) = try Self.record(source, after: "") else {
        throw Failure(
          .badData, "is empty: not even a stream's header",
          hint: "the stage before may have failed to start; its own message says why")
      }
      return try Self.member(head, body)
    }
    header = member.header
    isOrdered = header.ordered
    isOrderedWithinMembers = header.ordered
  }

  /// The next frame, good until the next call; nil at the verified end.
  public func next() throws -> VectorBlock? {
    try Self.located(name) {
      while !finished {
        if let block = try nextRecord() { return block }
      }
      return nil
    }
  }

  /// Faults of the data are placed in the input; those of reading it name it already, and those of a stage upstream
  /// are that stage's.
  private static func located<Result>(_ name: String, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let failure as Failure where failure.status == .badData && failure.origin == nil {
      throw failure.at(name)
    }
  }

  /// Reads one record: a frame is returned, an end or a header changes the state.
  private func nextRecord() throws -> VectorBlock? {
    let place = "after frame \(totals.frames + member.totals.frames)"
    guard let (head, body) = try Self.record(source, after: place) else {
      throw Self.truncated(place, source.position)
    }
    try checkSequence(head)
    switch head.tag {
    case .frame:
      return try at("frame \(totals.frames + member.totals.frames + 1)") { try frame(head, body) }
    case .names:
      try at("names \(place)") { try names(body) }
      return nil
    case .end:
      try end(body)
      return nil
    case .abort: throw Self.upstream(body)
    case .header:
      throw Failure(
        .badData,
        "a second header in the middle of a stream, \(place): two writers share this pipe, or one was cut short",
        hint: "write one file per writer, then cat them")
    }
  }

  private func checkSequence(_ head: RecordHead) throws {
    guard head.streamID == member.streamID, head.sequence == member.nextSequence || head.tag == .header else {
      let seen = head.streamID == member.streamID ? "record \(head.sequence)" : "a record of another stream"
      throw Failure(
        .badData, "expected record \(member.nextSequence), found \(seen): records were lost, repeated or interleaved",
        hint: "write one file per writer, then cat them")
    }
    member.nextSequence += 1
  }

  private func frame(_ head: RecordHead, _ body: UnsafeRawBufferPointer) throws -> VectorBlock {
    vectorsOffset = source.position - body.count
    let block = try parsing.parse(head, body, header: member.header, isFirst: member.totals.frames == 0)
    member.totals.count(block, checksums: parsing.checksums, digests: &parsing.digests)
    try checkOrder(block)
    return block
  }

  /// Takes over the names of articles.
  private func names(_ body: UnsafeRawBufferPointer) throws {
    guard let json = try? JSON(parsing: body), let names = json["names"]?.array, !names.isEmpty else {
      throw Failure(.badData, "expected a list of names")
    }
    for name in names {
      guard let name = name.string, ArticleName.number(name) >= 1 << 63 else {
        throw Failure(.badData, "expected a name, found \(name.text)")
      }
      guard ArticleName.register(name) != nil else {
        throw Failure(.badData, "a name is too long, or has the same hash as another: \(name)")
      }
    }
  }

  /// Holds the claim `ordered` against the keys.
  private func checkOrder(_ block: VectorBlock) throws {
    for row in block.repeated..<block.rows {
      let key = block.key(row)
      if let last = lastKey, key <= last {
        guard member.header.ordered else {
          lastKey = nil
          return
        }
        // A member may begin anywhere; within it the header's word holds.
        guard row == 0, member.totals.frames == 1 else {
          throw Failure(
            .badData,
            "row \(row): \(key) comes after \(last), in a stream whose header says it is ordered")
        }
        isOrdered = false
      }
      lastKey = key
    }
  }

  private func end(_ body: UnsafeRawBufferPointer) throws {
    guard let json = try? JSON(parsing: body), let stated = Totals(json) else {
      throw Failure(.badData, "the end record has no totals")
    }
    let found = member.totals
    guard stated == found else {
      throw Failure(
        .badData,
        "the end record states \(stated.frames) frames, \(stated.rows) rows, \(stated.windows) windows; found "
          + "\(found.frames), \(found.rows), \(found.windows)"
          + (stated.rowDigest == found.rowDigest && stated.windowDigest == found.windowDigest
            ? "" : ", and another digest"))
    }
    totals = totals + found
    for (name, count) in json["counts"]?.object ?? [:] { counts[name, default: 0] += count.int ?? 0 }
    let continues = json["continues"]?.bool == true
    if !continues {
      // Of members that one writer made, the last one's end knows all that was read.
      let last = json["provenance"].flatMap(Provenance.init) ?? member.header.provenance
      provenance.merge(last)
      if let writer = last.last, !writers.contains(writer) { writers.append(writer) }
    }
    try nextMember(isDue: continues)
  }

  /// - Parameter isDue: whether the end record just read says that its writer continues.
  private func nextMember(isDue: Bool) throws {
    let place = "after member \(members)"
    guard let (head, body) = try Self.record(source, after: place) else {
      if isDue { throw Self.truncated("\(place), whose writer had more to say", source.position) }
      finished = true
      return
    }
    if isDue, head.tag != .abort, head.streamID != member.streamID {
      throw Failure(
        .badData, "\(place) comes another stream, while its writer had more to say: several writers share this pipe",
        hint: "write one file per writer, then cat them")
    }
    members += 1
    try at("member \(members)") {
      let next = try Self.member(head, body)
      if let difference = header.disagreement(with: next.header) {
        throw Failure(.badData, "does not go with the members before it: \(difference)")
      }
      if !next.header.ordered { (isOrdered, isOrderedWithinMembers) = (false, false) }
      member = next
    }
  }
}

// MARK: - Records

extension StreamReader {
  /// The next head and body with their CRCs verified, except a frame's body, which `FrameParser` verifies row by row;
  /// nil at the end of the input.
  private static func record(
    _ source: ByteSource, after place: String
  ) throws -> (RecordHead, UnsafeRawBufferPointer)? {
    let start = source.position
    let bytes = try source.take(RecordHead.byteCount)
    if bytes.isEmpty { return nil }
    if start == 0, let other = try ForeignInput(bytes, more: { try source.takeIfMapped(512) }) { throw other.failure }
    guard bytes.count == RecordHead.byteCount else { throw truncated(place, source.position) }
    let head = try parseHead(bytes, at: start)
    let limit = RecordHead.bodyLimit(head.tag)
    guard head.bodyLength <= limit, head.bodyLength % 64 == 0 else {
      throw Failure(
        .badData,
        "a record at byte \(start) states a body of \(head.bodyLength) bytes; expected a multiple of 64 up to \(limit)")
    }
    let body = try source.take(Int(head.bodyLength))
    guard body.count == Int(head.bodyLength) else { throw truncated(place, source.position) }
    if head.tag != .frame, CRC32.of(body) != head.bodyChecksum {
      throw Failure(.badData, "CRC mismatch in the body of the record at byte \(start): the stream is damaged")
    }
    return (head, body)
  }

  private static func parseHead(_ bytes: UnsafeRawBufferPointer, at start: Int) throws -> RecordHead {
    do {
      return try RecordHead(bytes)
    } catch RecordHead.Fault.unknownTag {
      throw Failure(
        .badData, "no record begins at byte \(start): the stream is damaged, or something else was written into it")
    } catch {
      throw Failure(.badData, "CRC mismatch in the head of the record at byte \(start): the stream is damaged")
    }
  }

  /// Begins a member: `head` must be a header.
  private static func member(_ head: RecordHead, _ body: UnsafeRawBufferPointer) throws -> Member {
    if head.tag == .abort { throw upstream(body) }
    guard head.tag == .header, head.sequence == 0 else {
      throw Failure(.badData, "a stream begins with its header; found another record")
    }
    guard head.version.major == RecordHead.majorVersion else {
      throw Failure(
        .badData, "format version \(head.version.major); this reader knows version \(RecordHead.majorVersion)",
        hint: "a newer nextvec reads it")
    }
    guard let json = try? JSON(parsing: body) else { throw Failure(.badData, "the header is not JSON") }
    return Member(header: try StreamHeader(json), streamID: head.streamID)
  }

  private static func truncated(_ place: String, _ position: Int) -> Failure {
    Failure(
      .badData,
      "the stream is truncated: it stops \(place.isEmpty ? "in its header" : place), at byte \(position), without an end record",
      hint: "the stage before it was killed, or its output was cut")
  }

  private static func upstream(_ body: UnsafeRawBufferPointer) -> Failure {
    let json = (try? JSON(parsing: body)) ?? .null
    let origin = FailureOrigin(
      tool: json["tool"]?.string ?? "a stage", status: Int32(clamping: json["status"]?.int ?? 0),
      reason: json["reason"]?.string ?? "it gave no reason")
    return Failure(
      .badData, "upstream \(origin.tool) failed (\(origin.status)): \(origin.reason)", origin: origin)
  }
}
