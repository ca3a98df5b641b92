public import Vectors
internal import Failures

/// Holds chunks to the order that windows need: articles in one piece or in ascending pieces, chunks ascending within them, no
/// (article, chunk) twice. Memory: one interval per article.
public struct ArticleLedger {
  /// The chunks seen of each finished article.
  private var seen: [UInt64: ClosedRange<UInt32>] = [:]
  private var current: (article: UInt64, chunks: ClosedRange<UInt32>)?

  public init() {}

  /// Articles seen so far.
  public var articles: Int {
    guard let current else { return seen.count }
    return seen.count + (seen[current.article] == nil ? 1 : 0)
  }

  /// Enters the next chunk.
  ///
  /// - Throws: `.badData` where it is a duplicate or comes after a later chunk of its article.
  public mutating func enter(_ key: Key) throws {
    if let (article, chunks) = current, article == key.article {
      guard key.chunk > chunks.upperBound else {
        throw Self.fault(key, key.chunk == chunks.upperBound ? chunks.upperBound...chunks.upperBound : chunks)
      }
      current = (article, chunks.lowerBound...key.chunk)
      return
    }
    close()
    if let before = seen[key.article] {
      guard key.chunk > before.upperBound else { throw Self.fault(key, before) }
      current = (key.article, before.lowerBound...key.chunk)
    } else {
      current = (key.article, key.chunk...key.chunk)
    }
  }

  private mutating func close() {
    guard let (article, chunks) = current else { return }
    seen[article] = chunks
    current = nil
  }

  private static func fault(_ key: Key, _ before: ClosedRange<UInt32>) -> Failure {
    let seen = before.count == 1 ? "chunk \(before.lowerBound)" : "chunks \(before.lowerBound) to \(before.upperBound)"
    return Failure(
      .badData, "\(key) comes after \(seen) of that article: a duplicate, or out of order",
      hint: "give every shard article numbers of its own; npz-read sorts what one file holds")
  }
}
