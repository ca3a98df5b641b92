internal import Kernels
internal import Vectors

/// The latest consecutive chunks of an article, without a gap, in double precision.
struct ChunkRun {
  private let length: Int
  private let dim: Int
  private let arena = Arena<Double>()
  /// (length, dim): chunk i of the run is row i mod length.
  private let rows: Matrix<Double>
  private var count = 0
  private var last: Key?

  /// - Parameter length: chunks in a window.
  init(length: Int, dim: Int) {
    self.length = length
    self.dim = dim
    rows = arena.matrix(rows: length, columns: dim)
  }

  /// Appends the next chunk; where it does not follow the one before, a new run begins.
  ///
  /// - Returns: whether the run has a window that ends with this chunk.
  mutating func append(_ key: Key, _ vector: UnsafeBufferPointer<Float>) -> Bool {
    if last?.isFollowed(by: key) != true { count = 0 }
    rows.setRow(count % length, to: vector)
    last = key
    count += 1
    return count >= length
  }

  /// Copies the window that ends at the last chunk, oldest first, into row `row` of (n, length · dim).
  func copyWindow(into row: Int, of matrix: Matrix<Double>) {
    for slot in 0..<length {
      let source = rows.first(length).rows((count + slot) % length..<(count + slot) % length + 1)
      matrix.rows(row..<row + 1).columns(slot * dim..<(slot + 1) * dim).copy(from: source)
    }
  }
}
