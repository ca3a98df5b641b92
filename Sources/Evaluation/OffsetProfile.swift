internal import Vectors

/// Mean cosine of the last context chunk with the chunk k after it, k = −3…+3, over the windows that have that chunk.
///
/// In an ordered stream that chunk may be in an earlier or a later frame than the window. In other streams only the
/// window's own rows count, since which other rows are in its frame is an accident.
struct OffsetProfile {
  static let reach = 3

  private var sums = [Double](repeating: 0, count: 2 * reach + 1)
  private var windows = [Int](repeating: 0, count: 2 * reach + 1)

  /// What is known about a row: its cosine with the rows 1, 2 and 3 chunks before and after it, NaN where there is none
  /// yet, and how many windows whose context ends here wait for a row after it.
  private struct Row {
    let key: Key
    var before = SIMD4<Double>(repeating: .nan)
    var after = SIMD4<Double>(repeating: .nan)
    var waiting = SIMD4<Int>.zero
  }

  /// The rows of the last frame, and older ones where it had fewer than `reach`.
  private var rows: [Row] = []
  /// The vectors of the last `reach` of `rows`.
  private var tail: VectorStore

  init(dim: Int) {
    tail = VectorStore(dim: dim)
  }

  /// Mean cosine at k; nil where no window has that chunk.
  func mean(_ k: Int) -> Double? {
    let index = k + Self.reach
    return windows[index] == 0 ? nil : sums[index] / Double(windows[index])
  }

  private mutating func add(_ cosine: Double, at k: Int, times count: Int = 1) {
    sums[k + Self.reach] += cosine * Double(count)
    windows[k + Self.reach] += count
  }

  // MARK: - Windows by their own rows

  /// Counts the first `count` windows of an unordered stream's block.
  mutating func addByWindows(_ block: VectorBlock, windows count: Int, context: Int, _ similarities: inout Similarities)
  {
    for window in 0..<count {
      let last = block.row(window, context - 1)
      let key = block.key(last)
      var found = Set<Int>()
      for slot in 0..<block.slots {
        let row = block.row(window, slot)
        let k = Int(block.chunks[row]) - Int(key.chunk)
        guard block.articles[row] == key.article, (-Self.reach...Self.reach).contains(k), found.insert(k).inserted
        else { continue }
        add(similarities.cosine(last, row), at: k)
      }
    }
  }

  // MARK: - Windows in an ordered stream

  /// Counts the first `count` windows of an ordered stream's block, some of whose chunks may be in other blocks.
  mutating func addByOrder(_ block: VectorBlock, windows count: Int, context: Int, _ similarities: inout Similarities) {
    let first = rows.count - block.repeated
    for row in block.repeated..<block.rows { add(row, of: block, first, &similarities) }
    for window in 0..<count {
      let last = block.row(window, context - 1)
      let index = first + last
      add(similarities.isZero(last) ? 0 : 1, at: 0)
      for k in 1...Self.reach {
        if !rows[index].before[k].isNaN { add(rows[index].before[k], at: -k) }
        if rows[index].after[k].isNaN {
          rows[index].waiting[k] += 1
        } else {
          add(rows[index].after[k], at: k)
        }
      }
    }
    rows.removeFirst(rows.count - min(rows.count, max(block.rows, Self.reach)))
    tail.append(block, rows: max(block.repeated, block.rows - Self.reach)..<block.rows)
    tail.removeFirst(max(0, tail.rows - Self.reach))
  }

  /// Adds a new row: its cosines with the rows before it are what some windows wait for.
  private mutating func add(_ row: Int, of block: VectorBlock, _ first: Int, _ similarities: inout Similarities) {
    var entry = Row(key: block.key(row))
    let index = first + row
    for back in 1...Self.reach where index >= back {
      // Where chunks are missing in between, the chunk k before this one is fewer than k rows before it.
      guard let k = Self.distance(from: rows[index - back].key, to: entry.key) else { continue }
      let cosine =
        row >= back
        ? similarities.cosine(row - back, row) : cosineWithTail(back - row + block.repeated, block.vector(row))
      entry.before[k] = cosine
      rows[index - back].after[k] = cosine
      add(cosine, at: k, times: rows[index - back].waiting[k])
    }
    rows.append(entry)
  }

  /// The distance in chunks between two keys of one article, where it is from 1 to `reach`.
  private static func distance(from earlier: Key, to later: Key) -> Int? {
    (1...reach).first { earlier.isFollowed(by: later, after: UInt32($0)) }
  }

  /// The cosine with the row `back` rows before the end of `tail`, counted from 1.
  private func cosineWithTail(_ back: Int, _ vector: UnsafeBufferPointer<Float>) -> Double {
    tail.withBlock { Similarities.cosine($0.vector($0.rows - back), vector) }
  }
}
