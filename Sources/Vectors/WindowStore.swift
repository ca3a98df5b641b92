/// Windows gathered one by one with the rows they need: what a source of windows, or a shuffle of them, fills and
/// writes as a frame. A row that the store already holds under the same key, to the last bit, is named again instead
/// of being stored twice.
public struct WindowStore {
  private var rows: VectorStore
  private let slots: Int
  private var indices: [UInt32] = []
  private var weights: [Float] = []
  private var hasWeights = false
  /// Where the last row of each key lies.
  private var places: [Key: Int] = [:]
  /// The vectors of the window being gathered, (slots, dim).
  private var window: [Float] = []

  /// Creates an empty store of windows with so many slots.
  public init(dim: Int, slots: Int) {
    rows = VectorStore(dim: dim)
    self.slots = slots
  }

  /// The number of windows.
  public var windows: Int { indices.count / slots }

  /// Whether the rows make a frame that flows well.
  public var isFull: Bool { rows.rows * rows.dim * 4 >= 512 << 10 }

  /// Starts a window.
  public mutating func begin() { window.removeAll(keepingCapacity: true) }

  /// Adds the vector of the window's next slot: the bytes of (dim) floats, at any address.
  public mutating func append(_ vector: UnsafeRawBufferPointer) {
    precondition(vector.count == 4 * rows.dim, "a vector of \(rows.dim) entries")
    let start = window.count
    window.append(contentsOf: repeatElement(0, count: rows.dim))
    window.withUnsafeMutableBytes {
      UnsafeMutableRawBufferPointer(rebasing: $0[(4 * start)...]).copyMemory(from: vector)
    }
  }

  /// Scales the window's vectors to unit length.
  public mutating func normalize() {
    let dim = rows.dim
    window.withUnsafeMutableBufferPointer { window in
      for slot in 0..<window.count / dim {
        _ = InnerProducts.normalize(UnsafeMutableBufferPointer(rebasing: window[slot * dim..<(slot + 1) * dim]))
      }
    }
  }

  /// Ends the window: its rows get their keys.
  ///
  /// - Parameters:
  ///   - chunks: (slots).
  ///   - weight: nil for 1.
  public mutating func keep(article: UInt64, chunks: [UInt32], weight: Float? = nil) {
    precondition(chunks.count == slots && window.count == slots * rows.dim, "a vector and a number per slot")
    for slot in 0..<slots {
      let vector = window[slot * rows.dim..<(slot + 1) * rows.dim]
      indices.append(UInt32(place(Key(article: article, chunk: chunks[slot]), vector)))
    }
    if weight != nil { hasWeights = true }
    weights.append(weight ?? 1)
  }

  private mutating func place(_ key: Key, _ vector: ArraySlice<Float>) -> Int {
    if let known = places[key], holds(vector, at: known) { return known }
    rows.append(key, vector)
    places[key] = rows.rows - 1
    return rows.rows - 1
  }

  private func holds(_ vector: ArraySlice<Float>, at row: Int) -> Bool {
    let dim = rows.dim
    return zip(rows.vectors[row * dim..<(row + 1) * dim], vector).allSatisfy { $0.bitPattern == $1.bitPattern }
  }

  /// Removes all windows; their memory is kept.
  public mutating func removeAll() {
    rows.removeAll()
    indices.removeAll(keepingCapacity: true)
    weights.removeAll(keepingCapacity: true)
    places.removeAll(keepingCapacity: true)
    hasWeights = false
  }

  /// Calls `body` with a view of the windows, which must not outlive the call.
  public func withBlock<Result>(_ body: (VectorBlock) throws -> Result) rethrows -> Result {
    try rows.withBlock { rows in
      try indices.withUnsafeBufferPointer { indices in
        try weights.withUnsafeBufferPointer { weights in
          var block = rows
          block.slots = slots
          block.indices = indices
          block.weights = hasWeights ? weights : nil
          return try body(block)
        }
      }
    }
  }
}
