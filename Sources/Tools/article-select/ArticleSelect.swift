import Commands
import Failures
import Sequences
import Stages
import Streams
import Vectors

/// Passes the rows of some articles.
@main struct ArticleSelect: Command {
  static let only = Option.ranges(
    "only", help: "pass these articles alone, by number or name: 1-1499,7,doc01", naming: ArticleName.number)
  static let exclude = Option.ranges(
    "exclude", help: "pass all but these articles, by number or name: 1-1499,7,doc01", naming: ArticleName.number)
  static let split = Option.fractions(
    "split", help: "name parts of the articles and their shares, which add up to 1; needs --take")
  static let take = Option.text("take", placeholder: "NAME", help: "pass the articles of this part of --split")

  static let manual = Manual(
    name: "article-select",
    purpose: "pass the chunks of some articles",
    details: """
      A split goes by a seeded hash of the article's number: parts never overlap, whatever the order of the data, and \
      an article stays in its part when others are added. Never split windows at random: neighbours share chunks. \
      Flags combine: an article passes if every one of them lets it. Windows pass with their articles.
      """,
    operands: .any("FILE"),
    options: [only, exclude, split, take, CommonOptions.seed, CommonOptions.output, CommonOptions.flush],
    memory: "one frame",
    example: "npz-read wiki.npz | article-select --split train=0.8,val=0.1,ood=0.1 --take val | seq-build > val.nvs",
    seeAlso: ["npz-read", "seq-build", "stream-split"])

  static func run(_ arguments: Arguments) throws -> ExitStatus {
    let passes = try selection(arguments)
    let filter = try Filter(arguments, seed: arguments[split] == nil ? nil : arguments.seed)
    var rows = RowFilter()
    var passed = 0
    try filter.run(each: { block, writer in
      // Rows of an article come together: one question for each run of them.
      var last: (article: UInt64, passes: Bool)?
      try rows.apply(to: block) { row in
        let article = block.articles[row]
        if let last, last.article == article { return last.passes }
        let answer = passes(article)
        last = (article, answer)
        return answer
      } _: { rest in
        passed += rest.runs.reduce(0) { $0 + $1.rows }
        try writer.write(rest.runs, indices: rest.indices, repeated: rest.repeated, weights: rest.weights)
      }
      return true
    })
    if passed == 0 { Diagnostics.note("no article of the stream is selected") }
    return .success
  }

  private static func selection(_ arguments: Arguments) throws -> (UInt64) -> Bool {
    let only = arguments[only]
    let exclude = arguments[exclude]
    var part: (split: ArticleSplit, name: String)?
    if let shares = arguments[split] {
      guard let name = arguments[take], shares.contains(where: { $0.name == name }) else {
        throw arguments.refusal(of: take, expected: "one of \(shares.map(\.name).joined(separator: ", "))")
      }
      let parts = shares.map { ArticleSplit.Part(name: $0.name, fraction: $0.fraction) }
      part = (ArticleSplit(parts, seed: arguments.seed), name)
    } else if arguments[take] != nil {
      throw arguments.refusal(of: take, expected: "--split to name the parts")
    }
    guard only != nil || exclude != nil || part != nil else {
      throw Failure(.usage, "nothing is selected: expected --only, --exclude or --split with --take")
    }
    return { [part] article in
      if let only, !only.contains(article) { return false }
      if let exclude, exclude.contains(article) { return false }
      if let part { return part.split.part(of: article) == part.name }
      return true
    }
  }
}
