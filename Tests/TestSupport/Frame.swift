public import Vectors

/// A block of rows and windows that owns its memory, for tests to make, keep and compare.
public struct Frame: Equatable, Sendable {
  /// Entries of a vector.
  public var dim: Int
  /// (rows).
  public var keys: [Key] = []
  /// (rows, dim).
  public var vectors: [Float] = []
  /// How many rows at the front repeat the last ones of the frame before.
  public var repeated = 0
  /// Rows of a window; 0 without windows.
  public var slots = 0
  /// (windows, slots): the rows of each window.
  public var indices: [UInt32] = []
  /// (windows); nil where every window weighs 1.
  public var weights: [Float]?

  /// A frame without rows.
  public init(dim: Int) { self.dim = dim }

  /// How many rows there are, repeated ones included.
  public var rows: Int { keys.count }
  /// How many windows there are.
  public var windows: Int { slots == 0 ? 0 : indices.count / slots }

  /// Appends a row.
  public mutating func append(_ key: Key, _ vector: [Float]) {
    precondition(vector.count == dim, "a vector of \(vector.count) entries, not \(dim)")
    keys.append(key)
    vectors += vector
  }

  /// One row, (dim).
  public func vector(_ row: Int) -> [Float] { Array(vectors[row * dim..<(row + 1) * dim]) }

  /// Some of the rows, without windows.
  public func rows(_ range: Range<Int>) -> Frame {
    var part = Frame(dim: dim)
    part.keys = Array(keys[range])
    part.vectors = Array(vectors[range.lowerBound * dim..<range.upperBound * dim])
    return part
  }

  /// The rows in parts that end before each of `cuts`.
  public func cut(before cuts: [Int]) -> [Frame] {
    let ends = cuts.filter { $0 > 0 && $0 < rows } + [rows]
    return zip([0] + ends, ends).filter { $0 < $1 }.map { rows($0..<$1) }
  }

  /// The rows that fill the slots of a window.
  public func window(_ window: Int) -> [Int] { indices[window * slots..<(window + 1) * slots].map(Int.init) }
}

extension Frame {
  /// A copy of the rows of several blocks, one after the other, with windows over all of them.
  public init(
    _ runs: [VectorBlock], dim: Int, repeated: Int = 0, slots: Int = 0, indices: some Sequence<UInt32> = [],
    weights: UnsafeBufferPointer<Float>? = nil
  ) {
    self.init(dim: dim)
    for run in runs {
      for row in 0..<run.rows { keys.append(run.key(row)) }
      vectors += run.vectors
    }
    self.repeated = repeated
    self.slots = slots
    self.indices = Array(indices)
    self.weights = weights.map(Array.init)
  }

  /// A copy of a block.
  public init(_ block: VectorBlock) {
    self.init(
      [block], dim: block.dim, repeated: block.repeated, slots: block.slots, indices: block.indices,
      weights: block.weights)
  }

  /// Calls `body` with a view, which must not outlive the call.
  public func withBlock<Result>(_ body: (VectorBlock) throws -> Result) rethrows -> Result {
    var store = VectorStore(dim: dim, reserving: rows)
    for row in 0..<rows { store.append(keys[row], vectors[row * dim..<(row + 1) * dim]) }
    return try store.withBlock { block in
      try indices.withUnsafeBufferPointer { indices in
        try (weights ?? []).withUnsafeBufferPointer { weights in
          var block = block
          block.repeated = repeated
          block.slots = slots
          block.indices = indices
          if self.weights != nil { block.weights = weights }
          return try body(block)
        }
      }
    }
  }
}

extension Frame {
  /// Rows for these articles, each with its chunk numbers. The vectors depend only on the seed and the key: they are
  /// normally distributed around a direction of the article, so that cosines are not all near 0.
  public static func random(_ articles: [(UInt64, [UInt32])], dim: Int, seed: UInt64 = 1) -> Frame {
    var frame = Frame(dim: dim)
    for (article, chunks) in articles {
      var direction = SeededGenerator(seed: seed, stream: article)
      let base = (0..<dim).map { _ in direction.gaussian() }
      for chunk in chunks {
        var generator = SeededGenerator(seed: seed &+ 1, stream: mixed(article) ^ UInt64(chunk))
        frame.append(Key(article: article, chunk: chunk), base.map { Float($0 + 1.5 * generator.gaussian()) })
      }
    }
    return frame
  }
}
