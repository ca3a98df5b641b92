public import Vectors

/// Passes some rows of each block, and the windows that still have all of theirs. Keeps its buffers from block to
/// block.
public struct RowFilter {
  /// Rows left out so far.
  public private(set) var droppedRows = 0
  /// Windows left out so far.
  public private(set) var droppedWindows = 0

  /// For each row its place among the rows kept, or `dropped`.
  private var places: [UInt32] = []
  private var indices: [UInt32] = []
  private var weights: [Float] = []
  private static let dropped = UInt32.max

  /// Creates a filter with empty buffers.
  public init() {}

  /// What is left of a block, to be written as one frame.
  public struct Rest {
    /// The rows that pass, in runs.
    public var runs: [VectorBlock]
    /// How many rows at the head repeat rows of the frame before.
    public var repeated: Int
    /// (windows, slots): the rows of each window that passes.
    public var indices: UnsafeBufferPointer<UInt32>
    /// (windows): their weights; nil if all are 1.
    public var weights: UnsafeBufferPointer<Float>?
  }

  /// Calls `body` with the rows for which `keepsRow` is true and the windows for which `keepsWindow` is, too.
  ///
  /// - Parameters:
  ///   - keepsRow: asked once for each row, in order.
  ///   - keepsWindow: asked once for each window that has all its rows.
  public mutating func apply(
    to block: VectorBlock, keepsRow: (Int) -> Bool, keepsWindow: (Int) -> Bool = { _ in true },
    _ body: (Rest) throws -> Void
  ) throws {
    places.removeAll(keepingCapacity: true)
    var runs: [VectorBlock] = []
    var runStart: Int?
    var kept: UInt32 = 0
    var repeated = 0
    for row in 0..<block.rows {
      if keepsRow(row) {
        if runStart == nil { runStart = row }
        places.append(kept)
        kept += 1
        if row < block.repeated { repeated += 1 }
      } else {
        if let start = runStart { runs.append(block.rows(start..<row)) }
        runStart = nil
        places.append(Self.dropped)
        if row >= block.repeated { droppedRows += 1 }
      }
    }
    if let start = runStart { runs.append(block.rows(start..<block.rows)) }
    filterWindows(block, keepsWindow)
    try indices.withUnsafeBufferPointer { indices in
      try weights.withUnsafeBufferPointer { weights in
        try body(
          Rest(runs: runs, repeated: repeated, indices: indices, weights: block.weights == nil ? nil : weights))
      }
    }
  }

  private mutating func filterWindows(_ block: VectorBlock, _ keepsWindow: (Int) -> Bool) {
    indices.removeAll(keepingCapacity: true)
    weights.removeAll(keepingCapacity: true)
    for window in 0..<block.windows {
      let slots = block.indices[window * block.slots..<(window + 1) * block.slots]
      guard slots.allSatisfy({ places[Int($0)] != Self.dropped }), keepsWindow(window) else {
        droppedWindows += 1
        continue
      }
      for slot in slots { indices.append(places[Int(slot)]) }
      if let all = block.weights { weights.append(all[window]) }
    }
  }
}
