internal import Failures
internal import Vectors

/// The first predictions of windows as they come: each must be of a chunk that exists, and come once.
///
/// Memory: one bit for each chunk of the articles.
struct FirstPredictions {
  /// A bit for each chunk, in ascending order of their keys.
  private var seen: [UInt64]

  init(_ store: ArticleStore) {
    seen = [UInt64](repeating: 0, count: store.index.chunks / 64 + 1)
  }

  /// Enters a prediction of step 1, and makes its article the store's present one.
  ///
  /// - Returns: the article, and the place in it of the chunk that is predicted.
  /// - Throws: `.badData` where there is no such chunk, or another prediction of it came before.
  mutating func enter(_ key: Key, _ store: ArticleStore) throws -> (article: ArticleIndex.Entry, place: Int) {
    guard let article = store.enter(key.article), let place = store.place(of: Int(key.chunk)) else {
      throw Failure(
        .badData, "\(key): expected the prediction of a chunk of \(store.name), which has no such chunk",
        hint: "--articles names the chunks that the windows were made of, with the same numbers")
    }
    let (word, bit) = (article.first + place).quotientAndRemainder(dividingBy: 64)
    guard seen[word] & (1 << UInt64(bit)) == 0 else {
      throw Failure(.badData, "\(key): comes twice; expected one prediction of each chunk")
    }
    seen[word] |= 1 << UInt64(bit)
    return (article, place)
  }
}

/// From where the chunks around a prediction are counted.
public enum Origin: String, CaseIterable, Sendable {
  /// 0 is the chunk before the predicted one, which at offset 1 is the last context chunk.
  case lastContext = "last-context"
  /// 0 is the predicted chunk.
  case target

  /// The offset of the predicted chunk.
  public var predicted: Int { self == .lastContext ? 1 : 0 }
}
