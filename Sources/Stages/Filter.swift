public import Commands
public import Streams
public import Vectors

/// A stage in the middle of a pipeline: a stream in, a stream out.
public struct Filter {
  /// The command line.
  public let arguments: Arguments
  /// The stream that it reads; its header is known from the start.
  public let input: StreamInput
  private let output: StreamOutput
  private let seed: UInt64?

  /// Opens output and input, and reads the first header.
  ///
  /// - Parameter seed: of the tool's random choices, for the provenance; nil where it makes none.
  public init(_ arguments: Arguments, seed: UInt64? = nil) throws {
    self.arguments = arguments
    self.seed = seed
    output = try StreamOutput(arguments)
    input = try StreamInput(arguments.operands)
  }

  /// Writes the header, passes every frame to `each`, and ends the stream.
  ///
  /// - Parameters:
  ///   - files: what the tool reads besides the stream, for the provenance.
  ///   - marksOrder: whether the output leaves its order where the input does; false if `each` holds frames back, and
  ///     therefore does so itself.
  ///   - adapt: turns the input's header, in place, into the output's.
  ///   - each: takes a frame and writes what becomes of it; returns false where it needs no more frames.
  ///   - finish: writes what was held back, and returns the counts of what was left out, by name.
  public func run(
    files: [Provenance.File] = [], marksOrder: Bool = true, adapt: (inout StreamHeader) throws -> Void = { _ in },
    each: (VectorBlock, StreamWriter) throws -> Bool,
    finish: (StreamWriter) throws -> [String: Int] = { _ in [:] }
  ) throws {
    var header = input.header
    try adapt(&header)
    header.provenance = input.header.provenance.adding(
      arguments, parents: input.header.provenance.last.map { [$0] } ?? [], seed: seed, files: files)
    let writer = try output.begin(header)
    let progress = Progress(arguments, unit: "rows")
    var isWhole = true
    while isWhole, let block = try input.next() {
      if marksOrder, !input.isOrderedWithinMembers { try writer.continueWithoutOrder() }
      isWhole = try each(block, writer)
      progress.advance(by: block.rows - block.repeated)
    }
    var counts = input.counts
    for (name, count) in try finish(writer) where count > 0 { counts["\(arguments.tool):\(name)", default: 0] += count }
    progress.finish()
    let provenance =
      isWhole
      ? input.provenance.adding(arguments, parents: input.writers, seed: seed, files: files) : header.provenance
    try output.finish(counts: counts, provenance: provenance)
  }
}
