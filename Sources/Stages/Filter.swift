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
  ///   - adapt: turns the input's header, in place, into the output's.
  ///   - each: takes a frame and writes what becomes of it; returns false where it needs no more frames.
  ///   - finish: writes what was held back, and returns the counts of what was left out, by name.
  public func run(
    files: [Provenance.File] = [], adapt: (inout StreamHeader) throws -> Void = { _ in },
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
      if !input.isOrderedWithinMembers { try writer.continueWithoutOrder() }
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

/// The first stage of a pipeline: no stream in, a stream out.
public struct Source {
  private let arguments: Arguments
  private let output: StreamOutput
  private var writer: StreamWriter?
  private var progress: Progress?

  /// Opens the output.
  public init(_ arguments: Arguments) throws {
    self.arguments = arguments
    output = try StreamOutput(arguments)
  }

  /// Writes the header.
  ///
  /// - Parameters:
  ///   - total: how many rows there will be, where that is known.
  ///   - seed: of the tool's random choices, for the provenance; nil where it makes none.
  ///   - files: what the tool reads, for the provenance.
  public mutating func begin(
    _ header: StreamHeader, total: Int? = nil, seed: UInt64? = nil, files: [Provenance.File] = []
  ) throws {
    var header = header
    header.provenance = Provenance().adding(
      arguments, parents: [], operands: arguments.operands, seed: seed, files: files)
    writer = try output.begin(header)
    progress = Progress(arguments, unit: "rows", total: total)
  }

  /// Writes the header of a stream that continues one which was read in another form, such as its text: the provenance
  /// of `header` is extended.
  public mutating func `continue`(_ header: StreamHeader) throws {
    var header = header
    header.provenance = header.provenance.adding(arguments, parents: header.provenance.last.map { [$0] } ?? [])
    writer = try output.begin(header)
    progress = Progress(arguments, unit: "rows")
  }

  /// What has been written so far.
  public var totals: Totals { writer?.totals ?? Totals() }

  /// Writes one frame, after `begin` or `continue`.
  ///
  /// - Throws: `.badData` where the rows do not fit the header; `.inputOutput`.
  public func write(_ block: VectorBlock) throws {
    try writer?.write(block)
    progress?.advance(by: block.rows - block.repeated)
  }

  /// Writes the rows of a store in frames of the usual size, and empties the store.
  public func writeAll(_ store: inout VectorStore) throws {
    let rowsPerFrame = StreamWriter.rowsPerFrame(dim: store.dim)
    try store.withBlock { block in
      for start in stride(from: 0, to: block.rows, by: rowsPerFrame) {
        try write(block.rows(start..<min(block.rows, start + rowsPerFrame)))
      }
    }
    store.removeAll()
  }

  /// Ends the stream.
  ///
  /// - Parameters:
  ///   - counts: what this tool left out, by name.
  ///   - upstream: the counts of the tools upstream, under `tool:name`.
  ///   - provenance: of what was read, where more is known of it than at the beginning of the stream; nil where not.
  public func finish(counts: [String: Int] = [:], upstream: [String: Int] = [:], provenance: Provenance? = nil) throws {
    progress?.finish()
    let named = counts.filter { $0.value > 0 }.map { ("\(arguments.tool):\($0.key)", $0.value) }
    let extended = provenance.map { $0.adding(arguments, parents: $0.last.map { [$0] } ?? []) }
    try output.finish(counts: upstream.merging(named, uniquingKeysWith: +), provenance: extended)
  }
}
