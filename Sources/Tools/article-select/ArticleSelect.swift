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
  static let isExact = Option.flag(
    "exact", help: "count the articles, so that every part of --split has its share of them and at least one")

  static let manual = Manual(
    name: "article-select",
    purpose: "pass the chunks of some articles",
    details: """
      A split goes by a seeded hash of the article's number: parts never overlap, whatever the order of the data, and \
      an article stays in its part when others are added. Of few articles a part may get none: with --exact the parts \
      have as many as their shares say, by largest remainder, and at least one each. That takes all of the stream, which \
      waits in a temporary file (in TMPDIR, or /tmp). Never split windows at random: neighbours share chunks. \
      Flags combine: an article passes if every one of them lets it. Windows pass with their articles.
      """,
    operands: .any("FILE"),
    options: [only, exclude, split, take, isExact, CommonOptions.seed, CommonOptions.output, CommonOptions.flush],
    memory: "one frame; with --exact some 50 bytes an article",
    example: "npz-read wiki.npz | article-select --split train=0.8,val=0.1,ood=0.1 --take val | seq-build > val.nvs",
    seeAlso: ["npz-read", "seq-build", "stream-split"])

  static func run(_ arguments: Arguments) throws -> ExitStatus {
    let passes = try selection(arguments)
    let filter = try Filter(arguments, seed: arguments[split] == nil ? nil : arguments.seed)
    var rows = RowFilter()
    var passed = 0
    func pass(_ block: VectorBlock, _ writer: StreamWriter, _ passes: (UInt64) -> Bool) throws {
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
    }
    if arguments[isExact] {
      guard arguments[split] != nil else { throw arguments.refusal(of: isExact, expected: "--split beside it") }
      try runExactly(filter, arguments, passes, pass)
    } else {
      try filter.run { block, writer in
        try pass(block, writer, passes)
        return true
      }
    }
    if passed == 0 { Diagnostics.note("no article of the stream is selected") }
    return .success
  }

  /// Reads the whole stream before it selects.
  private static func runExactly(
    _ filter: Filter, _ arguments: Arguments, _ passes: @escaping (UInt64) -> Bool,
    _ pass: (VectorBlock, StreamWriter, (UInt64) -> Bool) throws -> Void
  ) throws {
    let spool = try StreamSpool(filter.input.header)
    var articles: Set<UInt64> = []
    // Blocks before the first that comes without order.
    var (blocks, ordered): (Int, Int?) = (0, nil)
    try filter.run(marksOrder: false) { block, _ in
      if ordered == nil, !filter.input.isOrderedWithinMembers { ordered = blocks }
      for row in block.repeated..<block.rows { articles.insert(block.articles[row]) }
      try spool.append(block)
      blocks += 1
      return true
    } finish: { writer in
      let parts = (arguments[split] ?? []).map { ArticleSplit.Part(name: $0.name, fraction: $0.fraction) }
      guard articles.count >= parts.count else {
        throw Failure(
          .badData, "expected at least \(parts.count) articles for as many parts, found \(articles.count)",
          at: filter.input.name)
      }
      let found = ArticleSplit.exact(parts, of: articles, seed: arguments.seed)
      let name = arguments[take]
      var number = 0
      try spool.readBack { block in
        if number == ordered { try writer.continueWithoutOrder() }
        try pass(block, writer) { found[$0] == name && passes($0) }
        number += 1
      }
      return [:]
    }
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
    let isExact = arguments[isExact]
    return { [part] article in
      if let only, !only.contains(article) { return false }
      if let exclude, exclude.contains(article) { return false }
      if let part, !isExact { return part.split.part(of: article) == part.name }
      return true
    }
  }
}
