/// Embeddings of positions, added to every window's rows: position-major rows, n windows.
public enum Positions<Scalar: Real> {
  /// x[t·n + b] += table[t].
  public static func add(_ table: Matrix<Scalar>, to x: Matrix<Scalar>, windows n: Int) {
    precondition(table.columns == x.columns && table.rows * n >= x.rows, "positions without a row")
    Workers.parallel(x.rows, minimum: max(1, 16_384 / max(x.columns, 1))) { rows in
      for row in rows {
        Columns.accumulate(table.base + row / n * table.stride, x.columns, into: x.base + row * x.stride)
      }
    }
  }

  /// The gradient of the table: row t is the sum of dx over the windows at position t; rows beyond the context are 0.
  public static func sum(
    _ dx: Matrix<Scalar>, into table: Matrix<Scalar>, windows n: Int, context: Int, adding: Bool
  ) {
    for position in 0..<table.rows {
      let sums = table.rows(position..<position + 1)
      if position < context {
        Columns.sum(dx.rows(position * n..<(position + 1) * n), into: sums, adding: adding)
      } else if !adding {
        sums.fill(0)
      }
    }
  }
}
