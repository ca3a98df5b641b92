public import Commands
public import Streams
public import Vectors

/// The middle of a pipeline: a stream in, a stream out.
public struct Filter {
  public let arguments: Arguments
  public let input: StreamInput
  private let output: StreamOutput
  private let seed: UInt64?

  /// Opens output and input, and reads the first header.
  ///
  /// - Parameter seed: where chance is involved.
  public init(_ arguments: Arguments, seed: UInt64? = nil) throws {
    self.arguments = arguments
    self.seed = seed
    output = try StreamOutput(arguments)
    input = try StreamInput(arguments.operands)
  }

  /// Writes the header, hands every frame to `each`, and ends the stream.
  ///
  /// - Parameters:
  ///   - files: what else is read.
  ///   - marksOrder: whether the output leaves its order where the input does; false if `each` holds frames back, and
  ///     therefore does so itself.
  ///   - adapt: makes the output's header of the input's, in place.
  ///   - each: takes a frame and writes what becomes of it; answers false when it has had enough.
  ///   - finish: writes what is held back, and tells what was left out.
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

/// The beginning of a pipeline: no stream in, a stream out.
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
  ///   - files: what is read.
  public mutating func begin(
    _ header: StreamHeader, total: Int? = nil, seed: UInt64? = nil, files: [Provenance.File] = []
  ) throws {
    var header = header
    header.provenance = Provenance().adding(
      arguments, parents: [], operands: arguments.operands, seed: seed, files: files)
    writer = try output.begin(header)
    progress = Progress(arguments, unit: "rows", total: total)
  }

  /// Writes the header of a stream that goes on in another form, as its text does.
  public mutating func `continue`(_ header: StreamHeader) throws {
    var header = header
    header.provenance = header.provenance.adding(arguments, parents: header.provenance.last.map { [$0] } ?? [])
    writer = try output.begin(header)
    progress = Progress(arguments, unit: "rows")
  }

  /// What has been written so far.
  public var totals: Totals { writer?.totals ?? Totals() }

  public func write(_ block: VectorBlock) throws {
    try writer?.write(block)
    progress?.advance(by: block.rows - block.repeated)
  }

  /// Writes the rows of a store in frames that flow well, and empties it.
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
  ///   - upstream: what others did, under their tools' names.
  ///   - provenance: of what was read, where more is known than when the stream began.
  public func finish(counts: [String: Int] = [:], upstream: [String: Int] = [:], provenance: Provenance? = nil) throws {
    progress?.finish()
    let named = counts.filter { $0.value > 0 }.map { ("\(arguments.tool):\($0.key)", $0.value) }
    let extended = provenance.map { $0.adding(arguments, parents: $0.last.map { [$0] } ?? []) }
    try output.finish(counts: upstream.merging(named, uniquingKeysWith: +), provenance: extended)
  }
}
