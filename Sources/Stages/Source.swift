public import Commands
public import Streams
public import Vectors

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
