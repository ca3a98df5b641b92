/// What a row is: a chunk of an article, or (step > 0) the prediction of one.
public struct Key: Hashable, Comparable, Sendable {
  /// The article's number.
  public var article: UInt64
  /// The chunk's number within its article.
  public var chunk: UInt32
  /// 0 for a real chunk, h for the h-th prediction of a rollout.
  public var step: UInt32

  /// Creates a key; `step` is 0 except in predictions.
  @inlinable
  public init(article: UInt64, chunk: UInt32, step: UInt32 = 0) {
    self.article = article
    self.chunk = chunk
    self.step = step
  }

  /// Whether a key comes before another: by article, then chunk, then step.
  @inlinable
  public static func < (a: Key, b: Key) -> Bool {
    (a.article, a.chunk, a.step) < (b.article, b.chunk, b.step)
  }

  /// True where `next` is the chunk just after this one in the same article.
  @inlinable
  public func isFollowed(by next: Key, after distance: UInt32 = 1) -> Bool {
    guard article == next.article, step == next.step else { return false }
    let (expected, overflow) = chunk.addingReportingOverflow(distance)
    return !overflow && next.chunk == expected
  }
}

extension Key: CustomStringConvertible {
  /// `article 7, chunk 12`, the article by its name if it has one, and the step where it is a prediction.
  public var description: String {
    "article \(ArticleName.text(of: article)), chunk \(chunk)" + (step == 0 ? "" : ", step \(step)")
  }
}
