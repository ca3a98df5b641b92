public import Vectors
internal import Failures

/// Finds (article, chunk) keys that come twice, in rows that ascend within every piece of an article. Memory: some 50
/// bytes for each piece; an article that comes in one is one piece.
public struct ArticleLedger {
  /// The chunks of each finished piece.
  private var seen: [UInt64: [ClosedRange<UInt32>]] = [:]
  private var current: (article: UInt64, chunks: ClosedRange<UInt32>, earlier: [ClosedRange<UInt32>])?
  private let needsOrder: Bool

  /// - Parameter needsOrder: whether a piece must also come after the article's earlier ones, as windows over both
  ///   need it.
  public init(needsOrder: Bool) {
    self.needsOrder = needsOrder
  }

  /// Articles seen so far.
  public var articles: Int {
    guard let current else { return seen.count }
    return seen.count + (seen[current.article] == nil ? 1 : 0)
  }

  /// Enters the next chunk.
  ///
  /// - Throws: `.badData` where it is a duplicate, or lies between chunks of a piece that came before.
  public mutating func enter(_ key: Key) throws {
    if let piece = current, piece.article == key.article, key.chunk > piece.chunks.upperBound {
      try check(key, piece.earlier)
      current?.chunks = piece.chunks.lowerBound...key.chunk
      return
    }
    close()
    let earlier = seen[key.article] ?? []
    try check(key, earlier)
    current = (key.article, key.chunk...key.chunk, earlier)
  }

  private mutating func close() {
    guard let (article, chunks, _) = current else { return }
    seen[article, default: []].append(chunks)
    current = nil
  }

  private func check(_ key: Key, _ pieces: [ClosedRange<UInt32>]) throws {
    guard let piece = pieces.first(where: { $0.contains(key.chunk) || (needsOrder && key.chunk < $0.lowerBound) })
    else { return }
    let chunks = piece.count == 1 ? "chunk \(piece.lowerBound)" : "chunks \(piece.lowerBound) to \(piece.upperBound)"
    throw Failure(
      .badData, "\(key) comes after \(chunks) of that article: a duplicate, or out of order",
      hint: "give every shard its own article numbers; npz-read sorts the chunks of one file")
  }
}
