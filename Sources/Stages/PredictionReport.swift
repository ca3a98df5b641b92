public import Commands
internal import Failures
public import JSON
internal import Streams
public import Vectors

/// A report on the predictions of a stream, which is read to its verified end.
public struct PredictionReport {
  /// The stream of predictions; counts and provenance are complete once `read` has returned.
  public let input: StreamInput
  /// The stream's files; empty for standard input.
  public let paths: [String]
  private let arguments: Arguments

  /// Opens the input.
  ///
  /// - Parameter paths: of the stream's files, `-` for standard input; nil for the command line's operands.
  /// - Throws: `.badData` where the stream holds no predictions; what opening it throws.
  public init(_ arguments: Arguments, paths: [String]? = nil) throws {
    self.arguments = arguments
    self.paths = paths ?? arguments.operands
    input = try StreamInput(self.paths)
    try input.expect(.predictions)
  }

  /// Passes every block to `add`. A failure that names no place gets the input's name as its place.
  ///
  /// - Throws: `.badData` where there are no predictions, and so nothing to report on.
  public func read(_ add: (VectorBlock) throws -> Void) throws {
    let progress = Progress(arguments, unit: "predictions")
    while let block = try input.next() {
      try placed { try add(block) }
      progress.advance(by: block.rows)
    }
    progress.finish()
    guard input.totals.rows > 0 else { throw Failure(.badData, "the stream has no predictions", at: input.name) }
  }

  /// Runs `body`; a failure that names no place gets the input's name as its place.
  public func placed<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let failure as Failure where failure.places.isEmpty {
      throw failure.at(input.name)
    }
  }

  /// Refuses to report on nothing: a gate without a window must not pass.
  ///
  /// - Parameters:
  ///   - windows: how many counted.
  ///   - skipped: how many windows did not count, by reason.
  /// - Throws: `.badData` where no window counted.
  public func expect(windows: Int, skipped: [String: Int]) throws {
    guard windows == 0 else { return }
    let reasons = skipped.filter { $0.value > 0 }.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
    throw Failure(
      .badData,
      "expected a window to report on, found none"
        + (reasons.isEmpty ? ": no prediction has step 1" : "; skipped: \(reasons.joined(separator: ", "))"),
      at: input.name)
  }

  /// Writes the report, with the model's name and the counts of what the stages upstream left out.
  ///
  /// - Parameters:
  ///   - fields: the figures by name, in the order in which people read them.
  ///   - table: the layout for people.
  /// - Throws: `.cannotCreate`, `.inputOutput`.
  public func write(_ fields: [(String, JSON)], table: Table) throws {
    let counts = JSON.object(input.counts.mapValues { .count($0) })
    let model = input.header.metadata["model-predict:model"] ?? .null
    let report = Report(
      arguments, source: input.provenance.json, fields: fields + [("model", model), ("counts", counts)], table: table)
    try report.write(arguments)
  }
}
