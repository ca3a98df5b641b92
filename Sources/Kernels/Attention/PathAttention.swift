/// Multi-head scaled dot-product attention of rows that each see a path of keys and values in tables: causal attention,
/// where rows of the same beginnings share them.
public struct PathAttention: Hashable, Sendable {
  public let heads: Int

  public init(heads: Int) {
    precondition(heads >= 1, "a head at least")
    self.heads = heads
  }

  /// What rows see: a place's key and value, side by side, with what its position on the path adds to both.
  public struct Table<Scalar: Real> {
    /// (places, 2 · width).
    let places: Matrix<Scalar>
    /// (paths.context, 2 · width); nil where places know their positions.
    let positions: Matrix<Scalar>?

    public init(_ places: Matrix<Scalar>, positions: Matrix<Scalar>? = nil) {
      (self.places, self.positions) = (places, positions)
    }
  }

  /// - Parameters:
  ///   - q: (n, width); that of a row that sees a single place plays no part.
  ///   - paths: of which row i of q has that of row first + i.
  ///   - order: rows first to first + n, in the order in which to compute them.
  ///   - lastSlotBias: taken off the logits of a path's last possible position.
  ///   - weights: scratch, (n, paths.context).
  ///   - output: (n, width).
  public func forward<Scalar: Real>(
    q: Matrix<Scalar>, _ table: Table<Scalar>, _ paths: Paths, from first: Int, order: [Int], lastSlotBias: Scalar,
    weights: Matrix<Scalar>, into output: Matrix<Scalar>
  ) {
    precondition(first >= 0 && first + q.rows <= paths.count && order.count == q.rows, "a path for every row")
    precondition(2 * q.columns == table.places.columns && q.columns == output.columns, "one width")
    precondition(
      table.positions.map { $0.columns == 2 * q.columns && $0.rows >= paths.context } ?? true, "a row for each position"
    )
    precondition(output.rows == q.rows && weights.rows >= q.rows && weights.columns >= paths.context, "room")
    Workers.parallel(q.rows, minimum: 16) { range in
      attend(q, table, paths, first, order[range], lastSlotBias, weights, into: output)
    }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private func attend<Scalar: Real>(
    _ q: Matrix<Scalar>, _ table: Table<Scalar>, _ paths: Paths, _ first: Int, _ order: ArraySlice<Int>,
    _ lastSlotBias: Scalar, _ weights: Matrix<Scalar>, into output: Matrix<Scalar>
  ) {
    for index in order {
      let (row, length) = (index - first, paths.length(index))
      attend(
        q.base + row * q.stride, table, paths.path(index), length,
        bias: length == paths.context ? lastSlotBias : 0, width: q.columns, weights.base + row * weights.stride,
        into: output.base + row * output.stride)
    }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private func attend<Scalar: Real>(
    _ q: UnsafePointer<Scalar>, _ table: Table<Scalar>, _ path: UnsafePointer<Int32>, _ length: Int, bias: Scalar,
    width: Int, _ weights: UnsafeMutablePointer<Scalar>, into output: UnsafeMutablePointer<Scalar>
  ) {
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
