internal import Failures
internal import Vectors

/// Checks the predictions of step 1 as they are read: each is of a chunk that exists, and no two are of one chunk.
///
/// Memory: one bit for each chunk of the articles.
struct FirstPredictions {
  /// A bit for each chunk, in ascending order of their keys.
  private var seen: [UInt64]

  init(_ store: ArticleStore) {
    seen = [UInt64](repeating: 0, count: store.index.chunks / 64 + 1)
  }

  /// Records a prediction of step 1, and selects its article in the store.
  ///
  /// - Returns: the article, and the position in it of the chunk that is predicted.
  /// - Throws: `.badData` where there is no such chunk, or an earlier prediction is of the same chunk.
  mutating func record(_ key: Key, _ store: ArticleStore) throws -> (article: ArticleIndex.Entry, position: Int) {
    guard let article = store.select(key.article), let position = store.position(of: Int(key.chunk)) else {
      let hint =
        store.index.hasNames == (key.article >= 1 << 63)
        ? "--articles names the chunks that the windows were made from, with the same numbers"
        : "one of the two names its articles and the other numbers them: make both from files with the same article ids"
      throw Failure(
        .badData, "\(key): expected a prediction of a chunk in \(store.name), which has no such chunk", hint: hint)
    }
    let (word, bit) = (article.first + position).quotientAndRemainder(dividingBy: 64)
    guard seen[word] & (1 << UInt64(bit)) == 0 else {
      throw Failure(.badData, "\(key): expected one prediction of each chunk, found a second")
    }
    seen[word] |= 1 << UInt64(bit)
    return (article, position)
  }
}
