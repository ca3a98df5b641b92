/// What an order verifier reads of two vectors: [a, b, a∘b, a−b].
public enum PairFeatures<Scalar: Real> {
  /// Fills the third and fourth quarter of every row from the first and second, a and b.
  ///
  /// - Parameter features: (n, 4 · dim).
  public static func complete(_ features: Matrix<Scalar>) {
    precondition(features.columns % 4 == 0, "rows that are not four vectors")
    let dim = features.columns / 4
    Workers.parallel(features.rows, minimum: max(1, 8192 / max(dim, 1))) { rows in
      for row in rows { complete(features.base + row * features.stride, dim) }
    }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private static func complete(_ row: UnsafeMutablePointer<Scalar>, _ dim: Int) {
    for i in 0..<dim {
      let (a, b) = (row[i], row[dim + i])
      row[2 * dim + i] = a * b
      row[3 * dim + i] = a - b
    }
  }
}
