internal import Descriptors
internal import Failures
internal import Vectors

/// Rows of vectors with their keys and checksums, any number of them, readable in any order: in memory or, on
/// request, in a temporary file without a name.
///
/// A row is one record (4 · dim bytes of vector, then article, chunk, step and checksum), so that reading one touches
/// one place. Rows of a file are read by pread(2): a mapping would make the pages around each of them resident, too.
final class RowArchive {
  let dim: Int
  private(set) var rows = 0
  /// Whether every row so far came with its checksum.
  private(set) var hasChecksums = true
  private let held = GrowingBytes()
  private var spool: SpoolFile?

  /// What follows the vector in a record.
  struct Label {
    var article: UInt64
    var chunk: UInt32
    var step: UInt32
    var checksum: UInt32

    static let byteCount = MemoryLayout<Label>.size
  }

  init(dim: Int) { self.dim = dim }

  var recordBytes: Int { 4 * dim + Label.byteCount }
  /// Bytes of rows in memory.
  var heldBytes: Int { held.count }
  var isSpilled: Bool { spool != nil }

  /// Appends a row of `block`.
  ///
  /// - Throws: `.inputOutput`, as when the disk is full.
  func append(_ block: VectorBlock, row: Int) throws {
    if block.checksums == nil { hasChecksums = false }
    let vector = UnsafeRawBufferPointer(rebasing: block.bytes[4 * row * dim..<4 * (row + 1) * dim])
    let label = Label(
      article: block.articles[row], chunk: block.chunks[row], step: block.steps[row],
      checksum: block.checksums?[row] ?? 0)
    try append(vector)
    try withUnsafeBytes(of: label) { try append($0) }
    rows += 1
  }

  private func append(_ bytes: UnsafeRawBufferPointer) throws {
    if let spool { try spool.append(bytes) } else { try held.append(bytes) }
  }

  /// Moves all rows to a temporary file, where those to come go as well.
  ///
  /// - Throws: `.cannotCreate`, `.inputOutput`.
  func spill() throws {
    guard spool == nil else { return }
    let file = try SpoolFile()
    try file.append(held.bytes)
    held.removeAll()
    spool = file
  }

  /// Copies the records of consecutive rows to `records`: each a vector, then what `label` reads.
  func read(_ range: Range<Int>, into records: UnsafeMutableRawBufferPointer) throws {
    precondition(range.upperBound <= rows && records.count == range.count * recordBytes, "rows, and room for them")
    let index = range.lowerBound * recordBytes
    if let spool {
      try spool.read(into: records, at: index)
    } else {
      records.copyMemory(from: UnsafeRawBufferPointer(rebasing: held.bytes[index..<index + records.count]))
    }
  }

  /// What follows the vector in a record.
  func label(of record: UnsafeMutableRawBufferPointer) -> Label {
    let start = 4 * dim
    return Label(
      article: record.loadUnaligned(fromByteOffset: start, as: UInt64.self),
      chunk: record.loadUnaligned(fromByteOffset: start + 8, as: UInt32.self),
      step: record.loadUnaligned(fromByteOffset: start + 12, as: UInt32.self),
      checksum: record.loadUnaligned(fromByteOffset: start + 16, as: UInt32.self))
  }
}
