internal import Descriptors
internal import Failures
public import Vectors

/// Reads the text twin of a stream, a line at a time, and gives frames.
///
/// Memory: one frame.
public final class TextReader {
  /// Known once the first line has been taken in.
  public private(set) var header: StreamHeader?
  /// What the text's own stages left out.
  public private(set) var counts: [String: Int] = [:]

  /// What the end line says of where the text comes from, where that is more than the header's word.
  public private(set) var provenance: Provenance?

  private var rows: VectorStore?
  private var repeated = 0
  private var indices: [UInt32] = []
  private var weights: [Float] = []
  private var hasWeights = false
  private var totals: Totals?
  private var line = 0
  private let rowsPerFrame: Int?

  /// - Parameter rowsPerFrame: for text without frames of its own; nil for what flows best.
  public init(rowsPerFrame: Int? = nil) {
    self.rowsPerFrame = rowsPerFrame
  }

  /// Takes in a line.
  ///
  /// - Parameters:
  ///   - begin: is given the header, once.
  ///   - emit: is given each frame, which must not outlive the call.
  public func add(
    _ bytes: UnsafeRawBufferPointer, begin: (StreamHeader) throws -> Void, emit: (VectorBlock) throws -> Void
  ) throws {
    line += 1
    if bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { return }
    try at("line \(line)") {
      guard totals == nil else { throw Failure(.badData, "comes after the end") }
      switch try Self.parse(bytes, isFirst: line == 1) {
      case .header(let header): try start(header, isExplicit: true, begin)
      case .frame(let count): try startFrame(repeated: count, emit)
      case .row(let key, let vector): try addRow(key, vector, begin, emit)
      case .window(let rows, let weight): try addWindow(rows, weight)
      case .end(let stated, let counts, let provenance):
        try flush(emit)
        totals = stated
        self.provenance = provenance
        self.counts = counts
      }
    }
  }

  private static func parse(_ bytes: UnsafeRawBufferPointer, isFirst: Bool) throws -> StreamText.Line {
    do {
      return try StreamText.parse(bytes)
    } catch let failure as Failure where isFirst {
      throw FileFormat.failure(of: bytes, expected: "a stream as JSON Lines", .json) ?? failure
    }
  }

  /// Ends the text.
  ///
  /// - Parameter written: the totals of the stream made of it.
  /// - Throws: `.badData` where text with a header lacks its end, or its totals are others.
  public func finish(written: () -> Totals, emit: (VectorBlock) throws -> Void) throws {
    guard header != nil else { throw Failure(.badData, "is empty: not even one row") }
    try flush(emit)
    guard isExplicit else { return }
    guard let totals else {
      throw Failure(.badData, "the text is truncated: it stops after line \(line) without its end line")
    }
    var found = written()
    found.frames = totals.frames  // frames without rows are not written
    guard totals == found else {
      throw Failure(
        .badData,
        "the end line states \(totals.rows) rows and \(totals.windows) windows with digests that differ from those of \(found.rows) rows and \(found.windows) windows found"
      )
    }
  }

  /// Whether the text began with a header line, and so must close with an end line.
  private var isExplicit = false

  private func start(_ header: StreamHeader, isExplicit: Bool, _ begin: (StreamHeader) throws -> Void) throws {
    guard self.header == nil else { throw Failure(.badData, "is a second header") }
    self.header = header
    self.isExplicit = isExplicit
    rows = VectorStore(dim: header.dim)
    try begin(header)
  }

  private func startFrame(repeated count: Int, _ emit: (VectorBlock) throws -> Void) throws {
    guard let known = rows?.rows else { throw Failure(.badData, "a frame before the header") }
    guard count <= known else { throw Failure(.badData, "repeats \(count) rows; the frame before has \(known)") }
    try flush(emit, keeping: count)
  }

  private func addRow(
    _ key: Key, _ vector: [Float], _ begin: (StreamHeader) throws -> Void, _ emit: (VectorBlock) throws -> Void
  ) throws {
    if header == nil {
      guard (1...StreamHeader.maximumDim).contains(vector.count) else {
        throw Failure(.badData, "a vector of \(vector.count) entries")
      }
      // Rows written by hand come in any order, as far as one can tell from the first.
      try start(
        StreamHeader(kind: key.step > 0 ? .predictions : .chunks, dim: vector.count, ordered: false), isExplicit: false,
        begin)
    }
    guard let dim = header?.dim, vector.count == dim else {
      throw Failure(.badData, "a vector of \(vector.count) entries; expected \(header?.dim ?? 0)")
    }
    guard vector.allSatisfy(\.isFinite) else { throw Failure(.badData, "a number beyond the range of float32") }
    rows?.append(key, vector)
    let full = rowsPerFrame ?? StreamWriter.rowsPerFrame(dim: dim)
    if !isExplicit, let count = rows?.rows, count >= full { try flush(emit) }
  }

  private func addWindow(_ window: [UInt32], _ weight: Float?) throws {
    guard let header, header.slots > 0, window.count == header.slots else {
      throw Failure(.badData, "a window of \(window.count) rows; the header says \(header?.slots ?? 0)")
    }
    let known = rows?.rows ?? 0
    guard window.allSatisfy({ Int($0) < known }) else {
      throw Failure(.badData, "a window names a row that its frame does not have")
    }
    guard (weight ?? 1) >= 0 else { throw Failure(.badData, "a weight below 0") }
    indices.append(contentsOf: window)
    weights.append(weight ?? 1)
    if weight != nil { hasWeights = true }
  }

  private func flush(_ emit: (VectorBlock) throws -> Void, keeping kept: Int = 0) throws {
    guard var store = rows else { return }
    if store.rows > repeated || !indices.isEmpty {
      try store.withBlock { rows in
        try indices.withUnsafeBufferPointer { indices in
          try weights.withUnsafeBufferPointer { weights in
            var block = rows
            block.repeated = repeated
            block.slots = header?.slots ?? 0
            block.indices = indices
            block.weights = hasWeights ? weights : nil
            try emit(block)
          }
        }
      }
    }
    store.removeFirst(store.rows - kept)
    rows = store
    repeated = kept
    indices.removeAll(keepingCapacity: true)
    weights.removeAll(keepingCapacity: true)
    hasWeights = false
  }
}
