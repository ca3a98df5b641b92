internal import Glibc

/// Rows of numbers, each kept once: rows of the same bits have the same number, in the order in which they first came.
public final class DistinctRows<Scalar: Real> {
  private let arena = Arena<Scalar>()
  /// (capacity, columns), of which the first `count` are filled.
  public let rows: Matrix<Scalar>
  /// Different rows kept.
  public private(set) var count = 0
  /// By hash, the row that came last; rows of the same hash lead on to one another.
  private var last: [UInt64: Int] = [:]
  private var earlier: [Int?] = []

  /// Room for `capacity` different rows.
  public init(capacity: Int, columns: Int) {
    rows = arena.room(rows: capacity, columns: columns)
  }

  /// The number of row `row` of `matrix`, which is kept if it is new; nil where there is no room for it.
  public func number(of row: Int, in matrix: Matrix<Scalar>) -> Int? {
    precondition(row >= 0 && row < matrix.rows && matrix.columns == rows.columns, "a row outside the matrix")
    let source = matrix.base + row * matrix.stride
    let size = rows.columns * MemoryLayout<Scalar>.stride
    let hash = Self.hash(UnsafeRawBufferPointer(start: source, count: size))
    var known = last[hash]
    while let number = known {
      if memcmp(rows.base + number * rows.stride, source, size) == 0 { return number }
      known = earlier[number]
    }
    guard count < rows.rows else { return nil }
    (rows.base + count * rows.stride).update(from: source, count: rows.columns)
    earlier.append(last.updateValue(count, forKey: hash))
    count += 1
    return count - 1
  }

  /// Drops all rows; the room stays.
  public func removeAll() {
    count = 0
    last.removeAll(keepingCapacity: true)
    earlier.removeAll(keepingCapacity: true)
  }

  /// Four sums at a time, each multiplied by an odd number before the next word: as fast as rows are read from the cache.
  private static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var sums = SIMD4<UInt64>(0x9E37_79B9_7F4A_7C15, 0xBF58_476D_1CE4_E5B9, 0x94D0_49BB_1331_11EB, 0xD6E8_FEB8_6659_FD93)
    var index = 0
    while index + 32 <= bytes.count {
      sums = (sums ^ bytes.loadUnaligned(fromByteOffset: index, as: SIMD4<UInt64>.self)) &* 0x2545_F491_4F6C_DD1D
      sums ^= sums &>> 29
      index += 32
    }
    var hash = bytes[index...].reduce(sums[0]) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    for lane in 1..<4 { hash = (hash ^ sums[lane]) &* 0x2545_F491_4F6C_DD1D }
    return hash ^ hash >> 32
  }
}
