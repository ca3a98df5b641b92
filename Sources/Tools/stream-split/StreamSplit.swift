import Commands
import Failures
import Sequences
import Stages
import Streams
import Vectors

/// A stream → shards by article.
@main struct StreamSplit: Command {
  static let shards = Option.integer("shards", in: 1...200, unit: "files", help: "write so many files; needs --out")
  static let out = Option.text("out", placeholder: "PREFIX", help: "files are PREFIX000.nvs, PREFIX001.nvs, ...")
  static let shard = Option.custom(
    "shard", placeholder: "K/N", expectation: "K/N with K from 0 to N - 1, such as 0/4",
    help: "pass on the Kth of N shards, counted from 0, to standard output", read: Share.init(parsing:))

  /// One shard of many: `2/8`.
  struct Share: Sendable {
    let index: Int
    let of: Int

    init(index: Int, of: Int) {
      self.index = index
      self.of = of
    }

    init?(parsing text: String) {
      let numbers = text.split(separator: "/", omittingEmptySubsequences: false).map { Int(String($0)) }
      guard numbers.count == 2, let index = numbers[0], let of = numbers[1], of >= 1, of <= 1 << 20,
        (0..<of).contains(index)
      else { return nil }
      self.init(index: index, of: of)
    }
  }

  static let manual = Manual(
    name: "stream-split",
    purpose: "split a stream by article into files, or pass one share of it on",
    details: """
      Which shard an article goes to follows from its number alone, so the shards of two streams over the same \
      articles match. The shards' digests add up to the whole's. All files appear together, or none.
      """,
    operands: .any("FILE"),
    options: [shards, out, shard, CommonOptions.output],
    memory: "one frame",
    example: "npz-read wiki.npz | stream-split --shards 4 --out shards/wiki-",
    seeAlso: ["stream-cat", "article-select"])

  static func run(_ arguments: Arguments) throws -> ExitStatus {
    if let share = arguments[shard] {
      guard arguments[shards] == nil, arguments[out] == nil else {
        throw arguments.refusal(of: shard, expected: "either --shard or --shards with --out")
      }
      try passOn(share, arguments)
      return .success
    }
    guard let count = arguments[shards], let prefix = arguments[out] else {
      throw Failure(.usage, "expected --shards N with --out PREFIX, or --shard K/N")
    }
    guard !arguments.wasGiven(CommonOptions.output) else {
      throw arguments.refusal(
        of: CommonOptions.output, expected: "--shard K/N with it; --out names the files of --shards")
    }
    try writeFiles(count, prefix, arguments)
    return .success
  }

  private static func passOn(_ share: Share, _ arguments: Arguments) throws {
    var rows = RowFilter()
    try Filter(arguments).run(each: { block, writer in
      try write(block, share, &rows, writer)
      return true
    })
  }

  private static func writeFiles(_ count: Int, _ prefix: String, _ arguments: Arguments) throws {
    let input = try StreamInput(arguments.operands)
    var files: [(file: OutputFile, writer: StreamWriter)] = []
    for index in 0..<count {
      let digits = String(index)
      let path = prefix + String(repeating: "0", count: max(0, 3 - digits.count)) + digits + ".nvs"
      let file = try OutputFile(path)
      var header = input.header
      header.provenance = provenance(
        input.header.provenance, input.header.provenance.last.map { [$0] } ?? [], index, count)
      files.append((file, try StreamWriter(descriptor: file.descriptor, name: path, header: header)))
    }
    var rows = RowFilter()
    let progress = Progress(arguments, unit: "rows")
    while let block = try input.next() {
      for index in 0..<count { try write(block, Share(index: index, of: count), &rows, files[index].writer) }
      progress.advance(by: block.rows - block.repeated)
    }
    progress.finish()
    for index in 0..<count {
      try files[index].writer.finish(
        counts: input.counts, provenance: provenance(input.provenance, input.writers, index, count))
    }
    for (file, _) in files { try file.commit() }
  }

  /// A shard's provenance names the command that makes this shard alone.
  private static func provenance(_ base: Provenance, _ parents: [String], _ index: Int, _ count: Int) -> Provenance {
    var provenance = base
    provenance.append(
      Provenance.Stage(
        tool: manual.name, version: Release.version, arguments: ["--shard", "\(index)/\(count)"], parents: parents))
    return provenance
  }

  private static func write(_ block: VectorBlock, _ share: Share, _ rows: inout RowFilter, _ writer: StreamWriter)
    throws
  {
    try rows.apply(to: block) { row in
      ArticleSplit.shard(of: block.articles[row], among: share.of) == share.index
    } _: { rest in
      try writer.write(rest.runs, indices: rest.indices, repeated: rest.repeated, weights: rest.weights)
    }
  }
}
