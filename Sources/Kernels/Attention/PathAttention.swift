/// Multi-head scaled dot-product attention of rows that each see a path of keys and values in tables: causal attention,
/// where rows of the same beginnings share them.
public struct PathAttention: Hashable, Sendable {
  /// Heads, 1 or more.
  public let heads: Int

  /// - Parameter heads: a divisor of the width.
  public init(heads: Int) {
    precondition(heads >= 1, "an attention without heads")
    self.heads = heads
  }

  /// What rows see: a place's key and value, side by side, with what its position on the path adds to both.
  public struct Table<Scalar: Real> {
    /// (places, 2 · width).
    let places: Matrix<Scalar>
    /// (paths.context, 2 · width); nil where places know their positions.
    let positions: Matrix<Scalar>?

    /// - Parameters:
    ///   - places: (places, 2 · width).
    ///   - positions: (paths.context, 2 · width); nil where places know their positions.
    public init(_ places: Matrix<Scalar>, positions: Matrix<Scalar>? = nil) {
      (self.places, self.positions) = (places, positions)
    }
  }

  /// The paths of n rows.
  public struct Rows {
    /// Row i has the path of row first + i.
    public let paths: Paths
    /// The path of row 0.
    public let first: Int
    /// `first` to `first` + n, in the order in which to compute them.
    public let order: [Int]

    /// - Parameter order: `first` to `first` + n, in the order in which to compute them.
    public init(_ paths: Paths, from first: Int, order: [Int]) {
      (self.paths, self.first, self.order) = (paths, first, order)
    }
  }

  /// - Parameters:
  ///   - q: (n, width); that of a row that sees a single place plays no part.
  ///   - rows: the paths of the n rows.
  ///   - lastSlotBias: taken off the logits of a path's last possible position.
  ///   - weights: scratch, (n, paths.context).
  ///   - output: (n, width).
  public func forward<Scalar: Real>(
    q: Matrix<Scalar>, _ table: Table<Scalar>, _ rows: Rows, lastSlotBias: Scalar, weights: Matrix<Scalar>,
    into output: Matrix<Scalar>
  ) {
    let paths = rows.paths
    precondition(
      rows.first >= 0 && rows.first + q.rows <= paths.count && rows.order.count == q.rows, "rows without a path")
    precondition(
      2 * q.columns == table.places.columns && q.columns == output.columns,
      "queries, places and output of different widths")
    precondition(
      table.positions.map { $0.columns == 2 * q.columns && $0.rows >= paths.context } ?? true, "positions without a row"
    )
    precondition(
      output.rows == q.rows && weights.rows >= q.rows && weights.columns >= paths.context,
      "weights or output with too few rows")
    Workers.parallel(q.rows, minimum: 16) { range in
      attend(q, table, rows, range, lastSlotBias, weights, into: output)
    }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private func attend<Scalar: Real>(
    _ q: Matrix<Scalar>, _ table: Table<Scalar>, _ rows: Rows, _ range: Range<Int>, _ lastSlotBias: Scalar,
    _ weights: Matrix<Scalar>, into output: Matrix<Scalar>
  ) {
    let paths = rows.paths
    for index in rows.order[range] {
      let (row, length) = (index - rows.first, paths.length(index))
      attend(
        q.base + row * q.stride, table, UnsafeBufferPointer(start: paths.path(index), count: length),
        bias: length == paths.context ? lastSlotBias : 0, width: q.columns, weights.base + row * weights.stride,
        into: output.base + row * output.stride)
    }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private func attend<Scalar: Real>(
    _ q: UnsafePointer<Scalar>, _ table: Table<Scalar>, _ path: UnsafeBufferPointer<Int32>, bias: Scalar, width: Int,
    _ weights: UnsafeMutablePointer<Scalar>, into output: UnsafeMutablePointer<Scalar>
  ) {
    let length = path.count
    let size = width / heads
    let scale = 1 / Scalar(size).squareRoot()
    let (places, positions) = (table.places, table.positions)
    for column in stride(from: 0, to: heads * size, by: size) {
      // Whatever the only logit is, its weight is 1.
      for position in 0..<(length == 1 ? 0 : length) {
        let key = places.base + Int(path[position]) * places.stride + column
        var logit = Lanes.dot(q + column, key, size)
        if let positions {
          logit += Lanes.dot(q + column, positions.base + position * positions.stride + column, size)
        }
        weights[position] = scale * logit
      }
      if length == 1 {
        weights[0] = 1
      } else {
        weights[length - 1] -= bias
        Softmax.forward(weights, weights, length)
      }
      Lanes<Scalar>.each(size) { index, left in
        var total = SIMD8<Scalar>(repeating: 0)
        for position in 0..<length {
          let at = width + column + index
          var value = Lanes.load(places.base + Int(path[position]) * places.stride + at, left)
          if let positions { value += Lanes.load(positions.base + position * positions.stride + at, left) }
          total += weights[position] * value
        }
        Lanes.store(total, output + column + index, left)
      }
    }
  }
}
