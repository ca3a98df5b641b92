internal import Descriptors
public import Evaluation
internal import Failures
internal import Formats
internal import Glibc
internal import Stages
internal import Streams
internal import Vectors

extension ArticleStore {
  /// Opens the chunks of an .npz or .npy file, or of a stream of chunks, in any order. One pass verifies the whole input
  /// first.
  ///
  /// Rows of a file are read from that file when they are needed. A stream from a pipe, and an .npz whose vectors are
  /// deflated, are copied to a temporary file.
  ///
  /// - Parameter path: `-` for standard input.
  /// - Throws: `.cannotOpen`; `.badData` where it is neither, is damaged, has no chunks, or has a chunk twice.
  public static func open(_ path: String) throws -> ArticleStore {
    if path == "-" {
      try InputFile.refuseTerminal(expected: "the chunks of articles")
      return try open(STDIN_FILENO, name: "stdin")
    }
    let descriptor = try InputFile.open(path)
    defer { InputFile.close(descriptor) }
    return try open(descriptor, name: path)
  }

  private static func open(_ descriptor: Int32, name: String) throws -> ArticleStore {
    let store = try isStream(descriptor) ? openStream(descriptor, name) : openArray(descriptor, name)
    guard store.index.chunks > 0 else { throw Failure(.badData, "has no chunks", at: name) }
    return store
  }

  /// Whether a regular file begins as streams do. A pipe can be read only once, so it must hold a stream.
  private static func isStream(_ descriptor: Int32) throws -> Bool {
    let file = Descriptor(descriptor)
    guard let size = file.regularFileSize, let offset = file.offset, size - offset >= 4 else { return true }
    var first = [UInt8](repeating: 0, count: 4)
    try first.withUnsafeMutableBytes { try file.read(into: $0, at: offset) }
    return first == [0x93] + Array("NVS".utf8) || first == Array("NVSA".utf8)
  }

  private static func openArray(_ descriptor: Int32, _ name: String) throws -> ArticleStore {
    let table: ChunkTable
    do {
      table = try ChunkTable(NumPyFile(descriptor: descriptor, name: name))
    } catch var failure as Failure {
      // The hints name options of npz-read.
      if failure.hint?.contains("--") == true {
        failure.hint = "npz-read has options for that; --articles takes the stream it makes"
      }
      throw failure
    }
    var index = ArticleIndex()
    for rank in 0..<table.rows {
      let row = table.order?[rank] ?? rank
      index.add(Key(article: table.articles[row], chunk: table.chunks[row]), row: row)
    }
    try at(name) { try index.finish() }
    try table.vectors.makeRandomAccess()
    return ArticleStore(index, ArrayRows(table.vectors), name: name)
  }

  private static func openStream(_ descriptor: Int32, _ name: String) throws -> ArticleStore {
    let start = Descriptor(descriptor).offset ?? 0
    let reader = try StreamReader(descriptor: descriptor, name: name)
    guard reader.header.kind == .chunks else {
      throw Failure(
        .badData, "expected chunks, found \(reader.header.kind.rawValue)", at: name,
        hint: "--articles takes what npz-read writes, or an .npz")
    }
    let rows =
      Descriptor(descriptor).isRegularFile
      ? try StreamRows(in: descriptor, from: start, name: name, dim: reader.header.dim)
      : try StreamRows(name: name, dim: reader.header.dim)
    var index = ArticleIndex()
    var count = 0
    while let block = try reader.next() {
      try rows.append(block, at: reader.vectorsOffset)
      for row in 0..<block.rows { index.add(block.key(row), row: count + row) }
      count += block.rows
    }
    try at(name) { try index.finish() }
    return ArticleStore(index, rows, name: name)
  }
}
