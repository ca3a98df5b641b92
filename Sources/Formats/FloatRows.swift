import Checksums
internal import Descriptors
import Failures
public import Vectors

/// Some rows of an array, as float32. The buffers are good until the array is read on.
public struct RowBatch {
  /// The number of the first row, counted from 0.
  public let first: Int
  /// The bytes of (rows, dim) float32, row-major, at any address: a file lays its arrays where it likes.
  public let bytes: UnsafeRawBufferPointer
  /// Where `bytes` lie in the file, if they are the file's own.
  public let origin: FileOrigin?
  /// (rows): the CRC-32 of each row's float32 bytes.
  public let checksums: UnsafeBufferPointer<UInt32>
  /// The numbers of the rows, counted as `first` is, in which a value is infinite or not a number. A finite float64
  /// beyond float32's range counts among them.
  public let nonFinite: [Int]

  /// The number of rows in the batch.
  public var rows: Int { checksums.count }
}

/// The rows of a 2-D (rows, dim) or 3-D (N, C, dim) array of numbers as float32, in order; the 3-D one as N × C rows.
///
/// One pass in little memory: what has been read is released. Stored float32 rows are handed out where they lie in the
/// file; all others come in a buffer that the next call reuses.
public final class FloatRows {
  /// The number of rows in the array.
  public let rows: Int
  /// Entries of one row.
  public let dim: Int
  /// The array's shape without its last axis: (rows) or (N, C).
  public let outer: [Int]

  let type: ElementType
  let isFortranOrder: Bool
  let mapping: Mapping
  let member: ZipMember
  /// Where it lies, for messages.
  private let places: [String]
  private var reader: MemberReader
  /// The CRC-32 of the member's bytes so far.
  private var running: UInt32
  private let appender: CRC32.Appender?
  private var position = 0
  private var isVerified = false
  private var failure: Failure?
  private var vectors = UnsafeMutableBufferPointer<Float>(start: nil, count: 0)
  private var checksums = UnsafeMutableBufferPointer<UInt32>(start: nil, count: 0)
  private var gatherer: FortranGatherer?
  var region: MemberRegion?

  /// Rows handed out at once have about this many bytes: they stay in the second-level cache.
  private static let chunkBytes = 512 << 10
  /// No embedding is longer, and every later stage allocates by this number from the file.
  static let maximumEntries = 1 << 24

  init(_ member: ZipMember, _ header: NumPyHeader, in mapping: Mapping, places: [String]) throws {
    guard header.shape.count == 2 || header.shape.count == 3 else { throw FloatRows.wrongAxes(header) }
    guard header.type.isNumber else {
      throw Failure(.badData, "expected numbers, found type \(header.type)", hint: header.type.advice)
    }
    dim = header.shape[header.shape.count - 1]
    outer = Array(header.shape.dropLast())
    guard dim > 0, dim <= FloatRows.maximumEntries else {
      throw Failure(.badData, "expected vectors of 1 to \(FloatRows.maximumEntries) entries, found \(dim)")
    }
    rows = header.entries / dim
    type = header.type
    isFortranOrder = header.isFortranOrder && rows > 0
    self.mapping = mapping
    self.member = member
    self.places = places
    reader = try MemberReader(member, in: mapping)
    running = try NumPyHeader.read(reader).checksum
    appender = header.type.isNativeFloat ? CRC32.Appender(length: 4 * dim) : nil
  }

  deinit {
    vectors.deallocate()
    checksums.deallocate()
  }

  private static func wrongAxes(_ header: NumPyHeader) -> Failure {
    let found = "found shape \(NumPyHeader.text(header.shape))" + (header.type.isObject ? " of Python objects" : "")
    // A column of a data frame is an array of arrays.
    let hint =
      header.shape.count != 1
      ? nil
      : header.type.isObject
        ? "if each is a vector, save them with numpy.stack(list(column))"
        : "a single vector has the shape (1, dim): save it with .reshape(1, -1)"
    return Failure(.badData, "expected a 2-D array (rows, dim) or a 3-D one (N, C, dim), \(found)", hint: hint)
  }

  /// Up to `limit` of the next rows, fewer where they would be more than about 512 KiB; nil at the end, where the
  /// member's length and CRC-32 have been verified: what has been read is only then known to be what was written.
  public func next(limit: Int) throws -> RowBatch? {
    precondition(limit > 0, "a chunk has rows")
    // After a failure the position is somewhere inside a row.
    if let failure { throw failure }
    return try located {
      if position == rows {
        try verify()
        return nil
      }
      let count = min(limit, rows - position, max(1, FloatRows.chunkBytes / (4 * dim)))
      let chunk = isFortranOrder ? try gathered(count) : try sequential(count)
      // A block of a gathered array may end before `count` rows.
      position += chunk.rows
      return chunk
    }
  }

  /// Adds the file and the array to a failure's places.
  func located<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let inner as Failure {
      let outer = places.reversed().reduce(inner) { $0.at($1) }
      failure = outer
      throw outer
    }
  }

  private func verify() throws {
    guard !isVerified && region == nil else { return }
    try reader.finish(checksum: running)
    isVerified = true
  }

  private func sequential(_ count: Int) throws -> RowBatch {
    let width = dim * type.size
    let source = try reader.read(count * width)
    guard let start = source.baseAddress else { preconditionFailure("rows have bytes") }
    let isInPlace = type.isNativeFloat
    reserve(count, vectors: !isInPlace)
    var nonFinite: [Int] = []
    for row in 0..<count {
      let bytes = UnsafeRawBufferPointer(start: start + row * width, count: width)
      let floats = isInPlace ? bytes : UnsafeRawBufferPointer(converted(bytes, to: row))
      let checksum = crc32(0, floats)
      checksums[row] = checksum
      running = appender?(running, checksum) ?? crc32(running, bytes)
      if !RowChecks.isFinite(floats) { nonFinite.append(position + row) }
    }
    let all = isInPlace ? source : UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: vectors[..<(count * dim)]))
    return RowBatch(
      first: position, bytes: all,
      origin: isInPlace && member.compression == .stored ? origin(of: source) : nil,
      checksums: UnsafeBufferPointer(rebasing: checksums[..<count]), nonFinite: nonFinite)
  }

  private func converted(_ bytes: UnsafeRawBufferPointer, to row: Int) -> UnsafeBufferPointer<Float> {
    let floats = UnsafeMutableBufferPointer(rebasing: vectors[row * dim..<(row + 1) * dim])
    if let source = bytes.baseAddress, let start = floats.baseAddress {
      type.convert(source, count: dim, to: start)
    }
    return UnsafeBufferPointer(floats)
  }

  /// Where bytes of the mapping lie in the file.
  private func origin(of bytes: UnsafeRawBufferPointer) -> FileOrigin? {
    guard mapping.file >= 0, let offset = mapping.fileOffset(of: bytes) else { return nil }
    return FileOrigin(descriptor: mapping.file, offset: offset)
  }

  /// Columns lie together in Fortran order, so rows are gathered from a region that can be read anywhere.
  private func gathered(_ count: Int) throws -> RowBatch {
    let gatherer = try self.gatherer ?? FortranGatherer(makeRegion(), type: type, outer: outer, dim: dim)
    self.gatherer = gatherer
    let floats = gatherer.rows(from: position, atMost: count)
    reserve(floats.count / dim, vectors: false)
    var nonFinite: [Int] = []
    for row in 0..<floats.count / dim {
      let vector = UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: floats[row * dim..<(row + 1) * dim]))
      checksums[row] = crc32(0, vector)
      if !RowChecks.isFinite(vector) { nonFinite.append(position + row) }
    }
    return RowBatch(
      first: position, bytes: UnsafeRawBufferPointer(floats), origin: nil,
      checksums: UnsafeBufferPointer(rebasing: checksums[..<(floats.count / dim)]),
      nonFinite: nonFinite)
  }

  private func reserve(_ rows: Int, vectors needsVectors: Bool) {
    if checksums.count < rows {
      checksums.deallocate()
      checksums = .allocate(capacity: rows)
    }
    if needsVectors && vectors.count < rows * dim {
      vectors.deallocate()
      let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 4 * rows * dim, alignment: 64)
      vectors = bytes.bindMemory(to: Float.self)
    }
  }
}
