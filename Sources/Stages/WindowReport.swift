public import Commands
internal import Failures
public import JSON
internal import Sequences
internal import Streams
public import Vectors

/// A report on the windows of a stream, which is read to its verified end, however few windows the report covers.
public struct WindowReport {
  /// The stream of windows; counts and provenance are complete once `read` has returned.
  public let input: StreamInput
  /// Which rows of a window are contexts and targets.
  public let roles: Roles
  private let arguments: Arguments

  /// Opens the input.
  ///
  /// - Throws: `.badData` where the stream has no windows.
  public init(_ arguments: Arguments) throws {
    self.arguments = arguments
    input = try StreamInput(arguments.operands)
    roles = try input.expectWindows()
  }

  /// Passes every block to `add`, with the number of windows in it that count: all, or those within `limit`.
  ///
  /// - Throws: `.badData` where there are no windows, and so nothing to report on, or where an article occurs twice.
  public func read(limit: Int? = nil, _ add: (VectorBlock, Int) throws -> Void) throws {
    let progress = Progress(arguments, unit: "windows")
    var left = limit ?? Int.max
    // Ordered rows repeat only where members do: the same shard given twice would count as two.
    var ledger = input.header.ordered ? ArticleLedger(needsOrder: false) : nil
    var counted = 0
    while let block = try input.next() {
      if !input.isOrderedWithinMembers { ledger = nil }
      try at(input.name) { for row in block.repeated..<block.rows { try ledger?.enter(block.key(row)) } }
      // The rest is still read past the limit: a fault in it shows that the stream is not what it seemed to be, and its
      // rows may be neighbours of the windows within the limit, wherever the frames are cut.
      let windows = min(left, block.windows)
      left -= windows
      counted += windows
      try add(block, windows)
      progress.advance(by: windows)
    }
    progress.finish()
    guard counted > 0 else {
      let short = input.counts["seq-build:short_articles"].map { "; \($0) articles were too short for one" } ?? ""
      throw Failure(.badData, "the stream has no windows\(short)", at: input.name)
    }
  }

  /// Writes the report, with the counts of what the stages upstream left out.
  ///
  /// - Parameters:
  ///   - fields: the figures by name, in the order in which people read them.
  ///   - table: the layout for people.
  /// - Throws: `.cannotCreate`, `.inputOutput`.
  public func write(_ fields: [(String, JSON)], table: Table) throws {
    let counts = JSON.object(input.counts.mapValues { .integer(Int64($0)) })
    let report = Report(
      arguments, source: input.provenance.json, fields: fields + [("counts", counts)], table: table)
    try report.write(arguments)
  }
}

extension JSON {
  /// `[low, high]`, or null where there is no interval.
  public static func interval(_ interval: ClosedRange<Double>?) -> JSON {
    interval.map { .figures([$0.lowerBound, $0.upperBound]) } ?? .null
  }

  /// An article's name as a string, else its number.
  public static func article(_ number: UInt64) -> JSON {
    ArticleName.name(of: number).map { .string($0) } ?? .unsigned(number)
  }

  /// A count as a whole number.
  public static func count(_ count: Int) -> JSON { .integer(Int64(count)) }
}
