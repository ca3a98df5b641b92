public import Commands
public import Evaluation
internal import Failures
public import Stages
internal import Streams

/// The options of tools that compare predictions with the chunks of articles.
public enum ArticleOptions {
  /// `--articles FILE`: the chunks, opened with `openArticles`.
  public static let articles: Option<String> = Option.text(
    "articles", placeholder: "FILE",
    help: "the chunks of the articles: an .npz or .npy file, or a stream of chunks (- for standard input)"
  ).required()

  /// `--origin last-context|target`: the chunk from which offsets count.
  public static let origin = Option<Origin>.choice("origin", default: .lastContext, help: "the chunk at offset 0")
}

extension PredictionReport {
  /// Opens the chunks that `--articles` names.
  ///
  /// - Throws: `.usage` where both they and the predictions would come from standard input; `.badData` where their
  ///   dim differs from that of the predictions; what opening them throws.
  public func openArticles(_ arguments: Arguments) throws -> ArticleStore {
    let path = arguments[ArticleOptions.articles]
    guard path != "-" || !(paths.isEmpty || paths.contains("-")) else {
      throw arguments.refusal(
        of: ArticleOptions.articles, expected: "a file, or predictions from one: standard input can be read only once")
    }
    let store = try ArticleStore.open(path)
    guard store.dim == input.header.dim else {
      throw Failure(
        .badData, "expected predictions of dim \(store.dim) as in \(path), found dim \(input.header.dim)",
        at: input.name)
    }
    return store
  }
}
