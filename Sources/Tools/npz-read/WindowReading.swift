import Commands
import Failures
import Formats
import Stages
import Streams
import Vectors

/// Windows of a 3-D array → a stream of windows. Neighbouring windows share most of their chunks: a chunk that a
/// frame already holds, to the last bit, is named again, not copied.
struct WindowReading {
  private let file: NumPyFile
  private let table: WindowTable
  private let normalizes: Bool
  private let dropsNonFinite: Bool
  private let limit: Int
  private let selects: (UInt64) -> Bool
  private var windows = WindowStore(dim: 1, slots: 1)
  private var dropped = 0

  init(_ file: NumPyFile, _ arguments: Arguments) throws {
    self.file = file
    table = try WindowTable(
      file, contexts: arguments[NPZRead.contexts], targets: arguments[NPZRead.targets],
      offset: arguments[NPZRead.offset])
    guard table.windows > 0 else { throw Failure(.badData, "has no windows", at: file.name) }
    normalizes = arguments[NPZRead.normalize]
    dropsNonFinite = arguments[NPZRead.dropNonFinite]
    limit = arguments[NPZRead.limit] ?? .max
    selects = NPZRead.selection(arguments)
    windows = WindowStore(dim: table.dim, slots: table.roles.slots)
  }

  mutating func run(_ source: inout Source) throws {
    let header = StreamHeader(
      kind: .windows, dim: table.dim, ordered: false, roles: table.roles, offset: table.offset)
    try source.begin(header, files: [Provenance.File(name: file.name, size: file.size, crc32: file.digest)])
    var cursors = table.parts.map { RowCursor($0.rows, perWindow: $0.slots) }
    var written = 0
    for window in 0..<table.windows {
      var isFinite = true
      windows.begin()
      for part in cursors.indices {
        if try !cursors[part].next({ windows.append($0) }) { isFinite = false }
      }
      guard written < limit, selects(table.articles[window]) else { continue }
      guard isFinite else {
        try refuse(window)
        continue
      }
      if normalizes { windows.normalize() }
      let chunks = try at(file.name) { try table.chunkNumbers(window) }
      windows.keep(article: table.articles[window], chunks: chunks, weight: table.weights?[window])
      written += 1
      if windows.isFull { try flush(source) }
    }
    for part in cursors.indices { try cursors[part].finish() }
    try flush(source)
    if dropped > 0 { Diagnostics.note("left out \(dropped) windows that hold a NaN or an infinity") }
    try source.finish(counts: ["nonfinite_windows": dropped])
  }

  private mutating func refuse(_ window: Int) throws {
    dropped += 1
    guard !dropsNonFinite else { return }
    throw Failure(
      .badData, "window \(window) holds a NaN or an infinity", at: file.name,
      hint: "--drop-nonfinite leaves such windows out and counts them")
  }

  private mutating func flush(_ source: Source) throws {
    try windows.withBlock { try source.write($0) }
    windows.removeAll()
  }
}

/// Reads an array window by window.
struct RowCursor {
  private let rows: FloatRows
  private let perWindow: Int
  private var chunk: RowBatch?
  private var index = 0

  init(_ rows: FloatRows, perWindow: Int) {
    self.rows = rows
    self.perWindow = perWindow
  }

  /// Hands on the rows of the next window.
  ///
  /// - Returns: whether all are finite.
  mutating func next(_ body: (UnsafeRawBufferPointer) -> Void) throws -> Bool {
    var isFinite = true
    for _ in 0..<perWindow {
      if chunk == nil || index == chunk?.rows {
        chunk = try rows.next(limit: 1 << 16)
        index = 0
      }
      guard let chunk else { return false }
      if !chunk.nonFinite.isEmpty, chunk.nonFinite.contains(chunk.first + index) { isFinite = false }
      body(UnsafeRawBufferPointer(rebasing: chunk.bytes[4 * index * rows.dim..<4 * (index + 1) * rows.dim]))
      index += 1
    }
    return isFinite
  }

  /// Reads to the end, where the array's CRC is verified.
  func finish() throws {
    while try rows.next(limit: 1 << 16) != nil {}
  }
}
