public import Vectors

/// The differences between two sets of rows, matched by key.
///
/// Memory: the rows of one side that have not found their match; where both sides come in one order, that is a frame.
public struct StreamComparison {
  /// The number of rows that both streams have.
  public private(set) var matched = 0
  /// Matched rows with an entry that differs by more than the tolerance.
  public private(set) var differing = 0
  /// The largest difference of two entries, and where it is.
  public private(set) var largest: (difference: Float, key: Key, column: Int)?
  /// The number of rows that only the first stream has, so far.
  public var onlyFirst: Int { waiting.first.count }
  /// The number of rows that only the second stream has, so far.
  public var onlySecond: Int { waiting.second.count }

  private let tolerance: Float
  private var waiting: (first: [Key: [[Float]]], second: [Key: [[Float]]]) = ([:], [:])

  /// - Parameter tolerance: the largest difference of two entries that still counts as equal.
  public init(tolerance: Float) {
    self.tolerance = tolerance
  }

  /// Enters the new rows of a block of the first or the second stream.
  public mutating func add(_ block: VectorBlock, isFirst: Bool) {
    for row in block.repeated..<block.rows {
      let key = block.key(row)
      let vector = block.vector(row)
      let match = isFirst ? Self.take(key, &waiting.second) : Self.take(key, &waiting.first)
      if let match {
        compare(key, vector, match)
      } else if isFirst {
        waiting.first[key, default: []].append(Array(vector))
      } else {
        waiting.second[key, default: []].append(Array(vector))
      }
    }
  }

  /// Rows of the same key match in the order in which they come.
  private static func take(_ key: Key, _ side: inout [Key: [[Float]]]) -> [Float]? {
    guard var rows = side.removeValue(forKey: key) else { return nil }
    let first = rows.removeFirst()
    if !rows.isEmpty { side[key] = rows }
    return first
  }

  private mutating func compare(_ key: Key, _ a: UnsafeBufferPointer<Float>, _ b: [Float]) {
    matched += 1
    var worst: (difference: Float, column: Int) = (0, 0)
    for column in 0..<a.count {
      let difference = (a[column] - b[column]).magnitude
      if difference > worst.difference { worst = (difference, column) }
    }
    if worst.difference > tolerance { differing += 1 }
    if worst.difference > largest?.difference ?? 0 { largest = (worst.difference, key, worst.column) }
  }
}
