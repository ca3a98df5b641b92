import Evaluation
import TestSupport
import Vectors

/// Rows in memory, as a store reads them.
final class MemoryRows: RowSource {
  let frame: Frame
  /// Rows read so far.
  private(set) var read = 0

  init(_ frame: Frame) { self.frame = frame }

  var dim: Int { frame.dim }

  func read(_ rows: Range<Int>, into vectors: UnsafeMutableBufferPointer<Float>) throws {
    read += rows.count
    _ = vectors.update(fromContentsOf: frame.vectors[rows.lowerBound * dim..<rows.upperBound * dim])
  }
}

/// A store of these rows.
func articleStore(_ rows: Frame) throws -> ArticleStore {
  var index = ArticleIndex()
  for row in 0..<rows.rows { index.add(rows.keys[row], row: row) }
  try index.finish()
  return ArticleStore(index, MemoryRows(rows), name: "articles")
}

extension Frame {
  /// The rows in another order.
  func shuffled(seed: UInt64) -> Frame {
    var generator = SeededGenerator(seed: seed)
    var mixed = Frame(dim: dim)
    for row in Array(0..<rows).shuffled(using: &generator) { mixed.append(keys[row], vector(row)) }
    return mixed
  }

  /// The row of a key.
  func row(_ article: UInt64, _ chunk: Int) -> Int? {
    UInt32(exactly: chunk).flatMap { keys.firstIndex(of: Key(article: article, chunk: $0)) }
  }

  /// The chunks that have so many before them without a gap: the targets of windows.
  func targets(after context: Int) -> [Key] {
    keys.filter { key in (1...context).allSatisfy { row(key.article, Int(key.chunk) - $0) != nil } }
  }
}

/// Predictions of `horizon` steps for every window of two context chunks: step h is what `predict` makes of the rows.
func predictions(
  _ rows: Frame, horizon: Int = 1, _ predict: (_ target: Key, _ step: Int) -> [Float]
) -> Frame {
  var frame = Frame(dim: rows.dim)
  for target in rows.targets(after: 2) {
    for step in 1...horizon {
      let key = Key(article: target.article, chunk: target.chunk + UInt32(step) - 1, step: UInt32(step))
      frame.append(key, predict(target, step))
    }
  }
  return frame
}

/// The vector `distance` chunks after a key; zeros where there is no such chunk.
func neighbour(_ rows: Frame, _ key: Key, _ distance: Int) -> [Float] {
  rows.row(key.article, Int(key.chunk) + distance).map(rows.vector) ?? [Float](repeating: 0, count: rows.dim)
}

/// The predictor that the tests compare with plain sums: a mixture of the last two chunks before the target.
func mixed(_ rows: Frame) -> (Key, Int) -> [Float] {
  { target, step in
    zip(neighbour(rows, target, -1), neighbour(rows, target, -2)).map { $0 + $1 * Float(step) / 2 }
  }
}

/// The cosine of two vectors in double precision, in the plainest way.
func plainCosine(_ a: [Float], _ b: [Float]) -> Double {
  func dot(_ a: [Float], _ b: [Float]) -> Double { zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) } }
  let norms = dot(a, a) * dot(b, b)
  return norms == 0 ? 0 : dot(a, b) / norms.squareRoot()
}

/// Six articles, two of them with gaps, one short.
let someArticles: [(UInt64, [UInt32])] = [
  (3, Array(0..<14)), (4, [0, 1, 2, 3, 4, 5, 9, 10, 11, 12, 13, 14, 20]), (7, Array(5..<16)), (9, Array(0..<4)),
  (1 << 50, Array(0..<9)), (12, [0, 1, 2, 3, 5, 6, 7, 8, 9, 10]),
]
