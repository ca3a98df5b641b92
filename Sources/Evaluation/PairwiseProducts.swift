internal import Vectors

/// The inner products of all rows of one matrix with all rows of another: `scores` = a · bᵀ, in single precision.
///
/// - Parameters:
///   - a, b: (rows, dim), row-major.
///   - scores: receives (rows of a, rows of b), row-major.
public typealias PairwiseProduct =
  @Sendable (
    _ a: UnsafeBufferPointer<Float>, _ b: UnsafeBufferPointer<Float>, _ dim: Int,
    _ scores: UnsafeMutableBufferPointer<Float>
  ) -> Void

/// Products that need no matrix library.
public enum PairwiseProducts {
  /// One inner product after the other.
  public static let plain: PairwiseProduct = { a, b, dim, scores in
    let (rows, columns) = (a.count / dim, b.count / dim)
    for row in 0..<rows {
      let left = UnsafeBufferPointer(rebasing: a[row * dim..<(row + 1) * dim])
      for column in 0..<columns {
        let right = UnsafeBufferPointer(rebasing: b[column * dim..<(column + 1) * dim])
        scores[row * columns + column] = Float(InnerProducts.dot(left, right))
      }
    }
  }
}
