public import Commands
public import Evaluation
internal import Failures
public import Stages
internal import Streams

/// `--articles FILE`: the chunks that predictions are held against.
public enum ArticleOptions {
  public static let articles: Option<String> = Option.text(
    "articles", placeholder: "FILE",
    help: "the chunks of the articles: an .npz or .npy file, or a stream of chunks (- for standard input)"
  ).required()

  public static let origin = Option<Origin>.choice("origin", default: .lastContext, help: "what offset 0 is")
}

extension PredictionReport {
  /// Opens the chunks that `--articles` names.
  ///
  /// - Throws: `.usage` where they and the predictions are both to come from standard input; `.badData` where their
  ///   vectors are not as long as the predictions; what opening them throws.
  public func openArticles(_ arguments: Arguments) throws -> ArticleStore {
    let path = arguments[ArticleOptions.articles]
    guard path != "-" || !(paths.isEmpty || paths.contains("-")) else {
      throw arguments.refusal(
        of: ArticleOptions.articles, expected: "a file, or predictions from one: standard input can be read but once")
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
