/// For each of many rows, the rows of a table that it sees, in the order of their positions.
public final class Paths {
  /// The most rows on a path.
  public let context: Int
  /// The most paths.
  public let capacity: Int
  /// Paths added.
  public private(set) var count = 0
  private let places: UnsafeMutablePointer<Int32>
  private let lengths: UnsafeMutablePointer<Int32>

  /// Room for `capacity` paths of up to `context` places each.
  public init(context: Int, capacity: Int) {
    precondition(context >= 1 && capacity >= 0, "paths of no length, or a negative capacity")
    (self.context, self.capacity) = (context, capacity)
    places = .allocate(capacity: max(context * capacity, 1))
    lengths = .allocate(capacity: max(capacity, 1))
  }

  deinit {
    places.deallocate()
    lengths.deallocate()
  }

  /// Adds a path: that of another row (of none where `start` is nil) and one place more.
  public func append(_ place: Int, after start: Int?, in others: Paths) {
    precondition(count < capacity && others.context == context, "no room for another path, or paths of another length")
    let path = places + count * context
    let length = start.map { others.length($0) } ?? 0
    precondition(length < context, "no room for another place")
    if let start { path.update(from: others.places + start * context, count: length) }
    path[length] = Int32(truncatingIfNeeded: place)
    lengths[count] = Int32(truncatingIfNeeded: length + 1)
    count += 1
  }

  /// Adds another row's path.
  public func append(_ row: Int, of others: Paths) {
    precondition(count < capacity && others.context == context, "no room for another path, or paths of another length")
    let length = others.length(row)
    (places + count * context).update(from: others.places + row * context, count: length)
    lengths[count] = Int32(truncatingIfNeeded: length)
    count += 1
  }

  /// Drops all paths; the room stays.
  public func removeAll() { count = 0 }

  /// Places on a row's path.
  public func length(_ row: Int) -> Int {
    precondition(row >= 0 && row < count, "a path that was not added")
    return Int(lengths[row])
  }

  /// The place at a position of a row's path.
  public func place(_ row: Int, _ position: Int) -> Int {
    precondition(position >= 0 && position < length(row), "a position beyond the path's end")
    return Int(places[row * context + position])
  }

  /// The rows of a range in such an order that those which begin alike come together, and so find in the cache what the
  /// ones before have seen.
  public func byBeginning(_ range: Range<Int>) -> [Int] {
    range.map { (UInt64(truncatingIfNeeded: place($0, 0)) << 32) | UInt64($0) }.sorted()
      .map { Int($0 & 0xFFFF_FFFF) }
  }

  /// A row's path, for loops over numbers.
  func path(_ row: Int) -> UnsafePointer<Int32> { UnsafePointer(places + row * context) }
}

extension Matrix {
  /// Row i becomes the row of `table` that row first + i sees last, plus the row of `positions` of its position there.
  public func setToLast(of paths: Paths, from first: Int, _ table: Matrix, plus positions: Matrix) {
    precondition(first >= 0 && first + rows <= paths.count, "paths that were not added")
    precondition(columns == table.columns && columns == positions.columns, "rows of different widths")
    Workers.parallel(rows, minimum: max(1, 16_384 / max(columns, 1))) { range in
      for row in range {
        let position = paths.length(first + row) - 1
        let place = Int(paths.path(first + row)[position])
        precondition(place < table.rows && position < positions.rows, "rows outside the matrix")
        Self.sum(
          table.base + place * table.stride, positions.base + position * positions.stride, columns,
          into: base + row * stride)
      }
    }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private static func sum(
    _ x: UnsafePointer<Scalar>, _ y: UnsafePointer<Scalar>, _ count: Int, into sum: UnsafeMutablePointer<Scalar>
  ) {
    for i in 0..<count { sum[i] = x[i] + y[i] }
  }

  /// Row t·n + i becomes the row of `table` that row first + i sees at position t, for n paths of full length:
  /// position-major.
  public func setToAll(of paths: Paths, from first: Int, count n: Int, _ table: Matrix) {
    precondition(first >= 0 && first + n <= paths.count, "paths that were not added")
    precondition(
      rows == n * paths.context && columns == table.columns, "rows of another number or width than the places")
    Workers.parallel(n, minimum: max(1, 4096 / max(columns, 1))) { range in
      for row in range {
        for position in 0..<paths.length(first + row) {
          let place = Int(paths.path(first + row)[position])
          precondition(place < table.rows, "rows outside the matrix")
          (base + (position * n + row) * stride).update(from: table.base + place * table.stride, count: columns)
        }
      }
    }
  }
}
