internal import Checksums
internal import Failures
internal import Vectors

/// Turns the body of a frame into a block, after checking every part of it against the head, the header and the frame
/// before.
struct FrameParser {
  /// The CRC-32 of each row of the last frame.
  var checksums: UnsafeBufferPointer<UInt32> {
    UnsafeBufferPointer(start: checksumStore.bytes.baseAddress?.assumingMemoryBound(to: UInt32.self), count: rows)
  }
  /// Room for the digest of each row.
  var digests: [UInt64] = []

  private var checksumStore = AlignedBuffer(capacity: 4096)
  private var rows = 0
  /// The keys and checksums of the frame before, which this one may repeat.
  private var previous: [(key: Key, checksum: UInt32)] = []
  private var appender: (dim: Int, CRC32.Appender)?

  init() {}

  /// - Returns: a block that points into `body` and into this parser's checksums.
  mutating func parse(
    _ head: RecordHead, _ body: UnsafeRawBufferPointer, header: StreamHeader, isFirst: Bool
  ) throws -> VectorBlock {
    let shape = head.shape
    try checkShape(shape, header)
    guard let layout = shape.layout, layout.length == body.count else {
      throw Failure(
        .badData,
        "\(shape.rows) rows of dim \(shape.dim) and \(shape.windows) windows do not make a body of \(body.count) bytes")
    }
    let nonFinite = try checkBody(head, body, layout)
    var block = VectorBlock(
      dim: Int(shape.dim), vectors: body.bound(layout.vectors), articles: body.bound(layout.articles),
      chunks: body.bound(layout.chunks), steps: body.bound(layout.steps), checksums: checksums,
      repeated: Int(shape.repeated), slots: Int(shape.slots), indices: body.bound(layout.indices))
    if shape.flags & RecordHead.FrameShape.hasWeights != 0 { block.weights = body.bound(layout.weights) }
    try checkPadding(body, layout)
    try Self.checkWindows(block)
    try Self.checkSteps(block, header.kind)
    try checkRepeated(block, isFirst)
    if let nonFinite {
      throw Failure(.badData, "row \(nonFinite) (\(block.key(nonFinite))) holds a NaN or an infinity")
    }
    remember(block)
    return block
  }

  private func checkShape(_ shape: RecordHead.FrameShape, _ header: StreamHeader) throws {
    guard shape.rows > 0 else { throw Failure(.badData, "has no rows") }
    guard Int(shape.dim) == header.dim, Int(shape.slots) == header.slots else {
      throw Failure(
        .badData,
        "dim \(shape.dim) and \(shape.slots) slots; the header says dim \(header.dim) and \(header.slots) slots")
    }
    guard shape.slots > 0 || shape.windows == 0 else { throw Failure(.badData, "has windows without slots") }
    guard header.kind == .windows || shape.repeated == 0 else {
      throw Failure(.badData, "repeats rows, as only frames of windows do")
    }
    guard shape.repeated <= shape.rows else { throw Failure(.badData, "repeats more rows than it has") }
    guard shape.flags & ~RecordHead.FrameShape.hasWeights == 0 else {
      throw Failure(.badData, "flags \(shape.flags), of which this version knows only the first")
    }
  }

  /// Computes each row's CRC on the way to the body's.
  ///
  /// - Returns: the first row that is not finite.
  private mutating func checkBody(
    _ head: RecordHead, _ body: UnsafeRawBufferPointer, _ layout: RecordHead.FrameShape.Layout
  ) throws -> Int? {
    rows = Int(head.shape.rows)
    checksumStore.reserve(4 * rows)
    let dim = Int(head.shape.dim)
    let append = appender?.dim == dim ? appender?.1 : nil
    let appending = append ?? CRC32.Appender(length: 4 * dim)
    appender = (dim, appending)
    let stored = checksumStore.bytes.prefix(4 * rows)
    let found = RowChecks.check(
      UnsafeRawBufferPointer(rebasing: body[layout.vectors]), dim: dim,
      into: UnsafeMutableRawBufferPointer(rebasing: stored).bindMemory(to: UInt32.self), appender: appending)
    let rest = UnsafeRawBufferPointer(rebasing: body[layout.vectors.upperBound...])
    guard CRC32.of(rest, after: found.crc) == head.bodyChecksum else {
      throw Failure(.badData, "CRC mismatch: the stream is damaged")
    }
    return found.firstNonFinite
  }

  private func checkPadding(_ body: UnsafeRawBufferPointer, _ layout: RecordHead.FrameShape.Layout) throws {
    let padding = [layout.vectors.upperBound..<layout.articles.lowerBound, layout.weights.upperBound..<layout.length]
    guard padding.allSatisfy({ body[$0].allSatisfy { $0 == 0 } }) else {
      throw Failure(.badData, "padding that is not zero")
    }
  }

  private static func checkWindows(_ block: VectorBlock) throws {
    var highest: UInt32 = 0
    for index in block.indices { highest = max(highest, index) }
    guard block.indices.isEmpty || Int(highest) < block.rows else {
      throw Failure(.badData, "a window names row \(highest) of a frame of \(block.rows) rows")
    }
    guard let weights = block.weights else { return }
    guard weights.allSatisfy({ $0 >= 0 && $0.isFinite }) else {
      throw Failure(.badData, "a window's weight is negative or not finite")
    }
  }

  /// Predictions are counted from 1; rows of other streams are no predictions.
  private static func checkSteps(_ block: VectorBlock, _ kind: StreamHeader.Kind) throws {
    let isPrediction = kind == .predictions
    guard let row = block.steps.firstIndex(where: { ($0 > 0) != isPrediction }) else { return }
    throw Failure(
      .badData,
      "row \(row) (\(block.key(row))): expected \(isPrediction ? "a step of 1 or more" : "step 0") in \(kind.rawValue), found \(block.steps[row])"
    )
  }

  private func checkRepeated(_ block: VectorBlock, _ isFirst: Bool) throws {
    guard block.repeated > 0 else { return }
    guard !isFirst, block.repeated <= previous.count else {
      throw Failure(.badData, "repeats \(block.repeated) rows of the frame before it, which has fewer")
    }
    for (row, before) in zip(0..<block.repeated, previous.suffix(block.repeated)) {
      guard block.key(row) == before.key, checksums[row] == before.checksum else {
        throw Failure(.badData, "row \(row) is to repeat \(before.key) of the frame before, and differs from it")
      }
    }
  }

  private mutating func remember(_ block: VectorBlock) {
    previous.removeAll(keepingCapacity: true)
    guard block.slots > 0 else { return }
    for row in 0..<block.rows { previous.append((block.key(row), checksums[row])) }
  }
}

extension UnsafeRawBufferPointer {
  /// The bytes of `range` as numbers; the stream is little-endian, as are the machines that nextvec runs on.
  fileprivate func bound<Number>(_ range: Range<Int>) -> UnsafeBufferPointer<Number> {
    UnsafeRawBufferPointer(rebasing: self[range]).bindMemory(to: Number.self)
  }
}
