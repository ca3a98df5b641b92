public import Commands
public import Evaluation
internal import Failures
public import JSON
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

  /// `--by-article`: whether the report has the sums of each article.
  public static let byArticle: Option<Bool> = Option.flag(
    "by-article", help: "add the sums of each article, `by_article`: gate-verdict compares predictors by them")
}

extension Arguments {
  /// The field `by_article` of a report; none without `--by-article`.
  public func byArticle(_ sums: @autoclosure () -> ByArticle) -> [(String, JSON)] {
    self[ArticleOptions.byArticle] ? [("by_article", sums().json)] : []
  }
}

extension ByArticle {
  /// `figures`, and `articles` with the number of windows and the sums of each.
  public var json: JSON {
    let articles = parts.mapValues { part -> JSON in
      ["windows": .count(part.windows), "sums": .figures(part.sums)]
    }
    return ["figures": .array(figures.map { .string($0) }), "articles": .object(articles)]
  }
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
