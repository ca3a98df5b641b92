import Commands
import Failures
import Formats
import Stages
import Streams
import Vectors

/// Chunks of a 2-D array → a stream of chunks.
struct ChunkReading {
  private let file: NumPyFile
  private let table: ChunkTable
  private let normalizes: Bool
  private let dropsNonFinite: Bool
  private let limit: Int
  private let selects: (UInt64) -> Bool
  private var nonFinite = 0
  private var zeroVectors = 0
  private var written = 0
  /// Rows that are not passed on where they lie.
  private var store: VectorStore

  init(_ file: NumPyFile, _ arguments: Arguments) throws {
    self.file = file
    let names = ChunkTable.Names(
      vectors: arguments[NPZRead.vectors], articles: arguments[NPZRead.articles], chunks: arguments[NPZRead.chunks],
      isOneArticle: arguments[NPZRead.oneArticle])
    table = try ChunkTable(file, names)
    guard table.rows > 0 else { throw Failure(.badData, "has no rows", at: file.name) }
    normalizes = arguments[NPZRead.normalize]
    dropsNonFinite = arguments[NPZRead.dropNonFinite]
    limit = arguments[NPZRead.limit] ?? .max
    selects = NPZRead.selection(arguments)
    store = VectorStore(dim: table.vectors.dim)
  }

  mutating func run(_ source: inout Source) throws {
    let header = StreamHeader(kind: .chunks, dim: table.vectors.dim, ordered: true)
    try source.begin(
      header, total: min(limit, table.rows),
      files: [Provenance.File(name: file.name, size: file.size, crc32: file.digest)])
    if let order = table.order {
      try table.vectors.makeRandomAccess()
      try readInOrder(order, source)
    } else {
      try readThrough(source)
    }
    if written == 0, limit > 0 { Diagnostics.note("no row of \(file.name) is selected") }
    if nonFinite > 0 { Diagnostics.note("left out \(nonFinite) rows that hold a NaN or an infinity") }
    if zeroVectors > 0 { Diagnostics.note("\(zeroVectors) vectors have length 0 and were left as they are") }
    try source.finish(counts: ["nonfinite_rows": nonFinite])
  }

  /// Rows that are in order are passed on without a copy, in runs.
  private mutating func readThrough(_ source: Source) throws {
    let vectors = table.vectors
    while let chunk = try vectors.next(limit: StreamWriter.rowsPerFrame(dim: vectors.dim)) {
      let bad = Set(chunk.nonFinite)
      var start: Int?
      for row in chunk.first..<chunk.first + chunk.rows {
        if try passes(row, isFinite: bad.isEmpty || !bad.contains(row), chunk) {
          if start == nil { start = row }
        } else if let first = start {
          try write(first..<row, of: chunk, source)
          start = nil
        }
      }
      if let first = start { try write(first..<chunk.first + chunk.rows, of: chunk, source) }
    }
  }

  private mutating func passes(_ row: Int, isFinite: Bool, _ chunk: RowBatch) throws -> Bool {
    guard written < limit, selects(table.articles[row]) else { return false }
    guard isFinite else {
      let dim = table.vectors.dim
      var vector = [Float](repeating: 0, count: dim)
      vector.withUnsafeMutableBytes {
        $0.copyBytes(from: chunk.bytes[4 * (row - chunk.first) * dim..<4 * (row - chunk.first + 1) * dim])
      }
      try vector.withUnsafeBufferPointer { try refuse(row, $0) }
      return false
    }
    written += 1
    return true
  }

  /// Counts a row that is not finite, or throws.
  private mutating func refuse(_ row: Int, _ vector: UnsafeBufferPointer<Float>) throws {
    nonFinite += 1
    guard !dropsNonFinite else { return }
    let column = firstNonFinite(in: vector) ?? 0
    throw Failure(
      .badData,
      "row \(row) (article \(ArticleName.text(of: table.articles[row])), chunk \(table.chunks[row])), column \(column): \(vector[column]) is not a finite number",
      at: file.name, hint: "--drop-nonfinite leaves such rows out and counts them")
  }

  private mutating func write(_ rows: Range<Int>, of chunk: RowBatch, _ source: Source) throws {
    let dim = table.vectors.dim
    let local = rows.lowerBound - chunk.first..<rows.upperBound - chunk.first
    let steps = [UInt32](repeating: 0, count: rows.count)
    try table.articles.withUnsafeBufferPointer { articles in
      try table.chunks.withUnsafeBufferPointer { chunks in
        try steps.withUnsafeBufferPointer { steps in
          var block = VectorBlock(
            dim: dim,
            bytes: UnsafeRawBufferPointer(
              rebasing: chunk.bytes[4 * local.lowerBound * dim..<4 * local.upperBound * dim]),
            articles: UnsafeBufferPointer(rebasing: articles[rows]),
            chunks: UnsafeBufferPointer(rebasing: chunks[rows]),
            steps: steps, checksums: UnsafeBufferPointer(rebasing: chunk.checksums[local]))
          block.origin = chunk.origin?.advanced(by: 4 * local.lowerBound * dim)
          try writeBlock(block, source)
        }
      }
    }
  }

  private mutating func writeBlock(_ block: VectorBlock, _ source: Source) throws {
    guard normalizes else { return try source.write(block) }
    store.removeAll()
    store.append(block, rows: 0..<block.rows)
    zeroVectors += store.normalize()
    try store.withBlock { try source.write($0) }
  }

  /// Rows in another order than the file's are gathered one by one.
  private mutating func readInOrder(_ order: [Int], _ source: Source) throws {
    let dim = table.vectors.dim
    let rowsPerFrame = StreamWriter.rowsPerFrame(dim: dim)
    var vector = [Float](repeating: 0, count: dim)
    for row in order {
      guard written < limit else { break }
      guard selects(table.articles[row]) else { continue }
      let isFinite = vector.withUnsafeMutableBufferPointer { buffer in
        buffer.baseAddress.map { table.vectors.copyRow(row, into: $0) } ?? true
      }
      guard isFinite else {
        try vector.withUnsafeBufferPointer { try refuse(row, $0) }
        continue
      }
      store.append(Key(article: table.articles[row], chunk: table.chunks[row]), vector)
      written += 1
      if store.rows == rowsPerFrame { try flush(source) }
    }
    try flush(source)
  }

  private mutating func flush(_ source: Source) throws {
    guard store.rows > 0 else { return }
    if normalizes { zeroVectors += store.normalize() }
    try store.withBlock { try source.write($0) }
    store.removeAll()
  }
}
