internal import Descriptors
internal import Failures
public import Vectors

/// Writes what a stream holds as the arrays that `ChunkTable` and `WindowTable` read, and `numpy.load` too.
///
/// Vectors go to the file as they come; keys are held back (16 bytes a row), and so are, in a temporary file, the
/// vectors of windows that belong to another array than the contexts.
public final class TableWriter {
  /// What the rows are.
  public enum Content: Sendable {
    case chunks
    case windows(Roles, offset: Int)
    case predictions
  }

  private let writer: NumPyWriter
  private let dim: Int
  private let content: Content
  private var articles: [UInt64] = []
  private var chunks: [UInt32] = []
  private var steps: [UInt32] = []
  private var weights: [Float] = []
  private var hasWeights = false
  private var negativeChunks: [UInt32] = []
  /// The arrays of windows after the contexts, in slot order.
  private var later: [(name: String, slots: Range<Int>, spool: SpoolFile)] = []

  /// - Parameters:
  ///   - descriptor: an empty regular file, which stays open.
  ///   - name: as messages should call it.
  public init(descriptor: Int32, name: String, dim: Int, content: Content, compress: Bool) throws {
    writer = try NumPyWriter(descriptor: descriptor, name: name, compress: compress)
    self.dim = dim
    self.content = content
    switch content {
    case .chunks: try writer.beginArray("vectors", of: .float32, rowShape: [dim])
    case .predictions: try writer.beginArray("predictions", of: .float32, rowShape: [dim])
    case .windows(let roles, _):
      try writer.beginArray("contexts", of: .float32, rowShape: [roles.context, dim])
      for (role, array) in [
        ("target", "targets"), ("previous", "previous"), ("negative", "negatives"), ("future", "futures"),
      ] {
        let slots = roles.slots(of: role)
        if !slots.isEmpty { later.append((array, slots, try SpoolFile())) }
      }
    }
  }

  /// Adds a block's new rows, or its windows.
  public func append(_ block: VectorBlock) throws {
    guard case .windows(let roles, _) = content else {
      let fresh = block.rows(block.repeated..<block.rows)
      try writer.append(UnsafeRawBufferPointer(fresh.vectors))
      articles.append(contentsOf: fresh.articles)
      chunks.append(contentsOf: fresh.chunks)
      steps.append(contentsOf: fresh.steps)
      return
    }
    for window in 0..<block.windows { try append(window, of: block, roles) }
  }

  private func append(_ window: Int, of block: VectorBlock, _ roles: Roles) throws {
    for slot in 0..<roles.context { try writer.append(UnsafeRawBufferPointer(block.vector(block.row(window, slot)))) }
    for part in later {
      for slot in part.slots { try part.spool.append(UnsafeRawBufferPointer(block.vector(block.row(window, slot)))) }
    }
    let target = block.row(window, roles.target)
    articles.append(block.articles[target])
    chunks.append(block.chunks[target])
    for slot in roles.slots(of: "negative") { negativeChunks.append(block.chunks[block.row(window, slot)]) }
    weights.append(block.weight(window))
    if block.weights != nil { hasWeights = true }
  }

  /// Writes what was held back and completes the file.
  public func finish() throws {
    try writer.endArray()
    switch content {
    case .chunks:
      try writeArticles("article_indices")
      try writeNumbers("chunk_indices", chunks)
    case .predictions:
      try writeArticles("article_ids")
      try writeNumbers("target_indices", chunks)
      try writeNumbers("steps", steps)
    case .windows(let roles, let offset): try finishWindows(roles, offset)
    }
    try writer.finish()
  }

  private func finishWindows(_ roles: Roles, _ offset: Int) throws {
    for part in later {
      // One vector a window has no axis of its own.
      let shape = part.name == "targets" || part.name == "previous" ? [dim] : [part.slots.count, dim]
      try writer.beginArray(part.name, of: .float32, rowShape: shape)
      try part.spool.forEachPiece { try writer.append($0) }
      try writer.endArray()
    }
    try writeArticles("article_ids")
    try writeNumbers("target_indices", chunks)
    let negatives = roles.slots(of: "negative").count
    if negatives > 0 { try writeNumbers("negative_indices", negativeChunks, rowShape: [negatives]) }
    if hasWeights { try weights.withUnsafeBytes { try writer.write("weights", of: .float32, $0) } }
    try writer.beginArray("target_offset", of: .int64, rowShape: nil)
    try withUnsafeBytes(of: Int64(offset).littleEndian) { try writer.append($0) }
    try writer.endArray()
  }

  /// Writes the articles as text where one of them has a name, else as numbers.
  private func writeArticles(_ name: String) throws {
    let names = Dictionary(uniqueKeysWithValues: Set(articles).map { ($0, ArticleName.name(of: $0)) })
    guard names.values.contains(where: { $0 != nil }) else { return try writeNumbers(name, articles) }
    let texts = Dictionary(
      uniqueKeysWithValues: names.map { ($0.key, Array(($0.value ?? "\($0.key)").unicodeScalars)) })
    let width = max(1, texts.values.map(\.count).max() ?? 1)
    try writer.beginArray(name, of: ElementType("<U\(width)"))
    for article in articles {
      var entry = (texts[article] ?? []).map(\.value.littleEndian)
      entry += repeatElement(0, count: width - entry.count)
      try entry.withUnsafeBytes { try writer.append($0) }
    }
    try writer.endArray()
  }

  /// Writes a column as NumPy's own kind of index, int64; numbers beyond it, which only articles may have, as uint64.
  private func writeNumbers<Number: FixedWidthInteger>(_ name: String, _ column: [Number], rowShape: [Int] = []) throws
  {
    if let largest = column.max(), Int64(exactly: largest) == nil {
      try column.map { UInt64($0) }.withUnsafeBytes { try writer.write(name, of: .uint64, rowShape: rowShape, $0) }
    } else {
      try column.map { Int64($0) }.withUnsafeBytes { try writer.write(name, of: .int64, rowShape: rowShape, $0) }
    }
  }
}
