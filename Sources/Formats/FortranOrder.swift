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

/// Gathers rows from an array in Fortran order, a block of some thousand at a time: each column is read in runs.
final class FortranGatherer {
  private let region: MemberRegion
  private let type: ElementType
  private let order: FortranOrder
  /// Entries of the first axis in a block.
  private let extent: Int
  /// (tile, extent): some columns as they lie in the file.
  private let runs: UnsafeMutablePointer<Float>
  private let block: UnsafeMutableBufferPointer<Float>
  /// The rows in `block`.
  private var held = 0..<0

  private static let blockBytes = 8 << 20
  /// Columns gathered together: as many entries as a cache line has, so that none is written in pieces.
  private static let tile = 16

  /// The array has at least one row.
  init(_ region: MemberRegion, type: ElementType, outer: [Int], dim: Int) {
    self.region = region
    self.type = type
    order = FortranOrder(outer: outer, dim: dim)
    // The array itself has as many entries, so the product is in range.
    let entries = order.inner * dim
    extent = min(order.first, max(1, FortranGatherer.blockBytes / 4 / entries))
    runs = .allocate(capacity: FortranGatherer.tile * extent)
    block = .allocate(capacity: extent * entries)
  }

  deinit {
    runs.deallocate()
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
    for middle in 0..<order.inner {
      for column in stride(from: 0, to: order.dim, by: FortranGatherer.tile) {
        let width = min(FortranGatherer.tile, order.dim - column)
        for step in 0..<width {
          let entry = order.entry(start * order.inner + middle, column + step)
          let source = region.touch(entry * type.size, count * type.size)
          type.convert(source, count: count, to: runs + step * extent)
        }
        transpose(count, width, to: middle * order.dim + column)
      }
    }
    held = start * order.inner..<(start + count) * order.inner
  }

  /// Copies `width` runs of `count` entries into as many columns of the block, the first of which starts at `target`.
  private func transpose(_ count: Int, _ width: Int, to target: Int) {
    let stride = order.inner * order.dim
    for index in 0..<count {
      for step in 0..<width {
        block[target &+ index &* stride &+ step] = runs[step &* extent &+ index]
      }
    }
  }
}
