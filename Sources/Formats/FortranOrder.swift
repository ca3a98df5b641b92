/// Where the entries of an array lie whose first axis runs fastest.
struct FortranOrder {
  /// Extents of the first axis and of all between it and the last.
  let first: Int
  let inner: Int
  let dim: Int

  /// `outer` is the shape without its last axis: (N) or (N, C).
  init(outer: [Int], dim: Int) {
    first = outer[0]
    inner = outer.dropFirst().reduce(1, *)
    self.dim = dim
  }

  /// The place of column `column` of row `row`, counted in entries; rows are counted with the first axis slowest.
  func entry(_ row: Int, _ column: Int) -> Int {
    row / inner + first * (row % inner + inner * column)
  }
}

/// Gathers rows from an array in Fortran order, a block of some thousand at a time, so that each column is read in runs.
final class FortranGatherer {
  private let region: MemberRegion
  private let type: ElementType
  private let order: FortranOrder
  /// Entries of the first axis in a block.
  private let extent: Int
  private let run: UnsafeMutablePointer<Float>
  private let block: UnsafeMutableBufferPointer<Float>
  /// The rows in `block`.
  private var held = 0..<0

  private static let blockBytes = 8 << 20

  /// The array has at least one row.
  init(_ region: MemberRegion, type: ElementType, outer: [Int], dim: Int) {
    self.region = region
    self.type = type
    order = FortranOrder(outer: outer, dim: dim)
    // The array itself has as many entries, so the product is in range.
    let entries = order.inner * dim
    extent = min(order.first, max(1, FortranGatherer.blockBytes / 4 / entries))
    run = .allocate(capacity: extent)
    block = .allocate(capacity: extent * entries)
  }

  deinit {
    run.deallocate()
    block.deallocate()
  }

  /// (rows, dim): at least one and at most `count` rows from `row` on; good until the next call.
  func rows(from row: Int, atMost count: Int) -> UnsafeBufferPointer<Float> {
    if !held.contains(row) { gather(blockWith: row) }
    let last = min(row + count, held.upperBound)
    let range = (row - held.lowerBound) * order.dim..<(last - held.lowerBound) * order.dim
    return UnsafeBufferPointer(rebasing: block[range])
  }

  private func gather(blockWith row: Int) {
    let start = row / order.inner / extent * extent
    let count = min(extent, order.first - start)
    for column in 0..<order.dim {
      for middle in 0..<order.inner {
        let entry = order.entry(start * order.inner + middle, column)
        type.convert(region.touch(entry * type.size, count * type.size), count: count, to: run)
        let stride = order.inner * order.dim
        var target = middle * order.dim + column
        for index in 0..<count {
          block[target] = run[index]
          target &+= stride
        }
      }
    }
    held = start * order.inner..<(start + count) * order.inner
  }
}
