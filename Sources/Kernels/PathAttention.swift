/// Multi-head scaled dot-product attention of rows that each see a path of keys and values in tables: causal attention,
/// where rows of the same beginnings share them.
public struct PathAttention: Hashable, Sendable {
  public let heads: Int

  public init(heads: Int) {
    precondition(heads >= 1, "a head at least")
    self.heads = heads
  }

  /// - Parameters:
  ///   - q: (n, width).
  ///   - keys, values: (places, width).
  ///   - paths: of which row i of q has that of row first + i.
  ///   - order: rows first to first + n, in the order in which to compute them.
  ///   - lastSlotBias: taken off the logits of a path's last possible position.
  ///   - weights: scratch, (n, paths.context).
  ///   - output: (n, width).
  public func forward<Scalar: Real>(
    q: Matrix<Scalar>, keys: Matrix<Scalar>, values: Matrix<Scalar>, _ paths: Paths, from first: Int, order: [Int],
    lastSlotBias: Scalar, weights: Matrix<Scalar>, into output: Matrix<Scalar>
  ) {
    precondition(first >= 0 && first + q.rows <= paths.count && order.count == q.rows, "a path for every row")
    precondition(q.columns == keys.columns && q.columns == values.columns && q.columns == output.columns, "one width")
    precondition(output.rows == q.rows && weights.rows >= q.rows && weights.columns >= paths.context, "room")
    Workers.parallel(q.rows, least: 16) { range in
      attend(q, keys, values, paths, first, order[range], lastSlotBias, weights, into: output)
    }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private func attend<Scalar: Real>(
    _ q: Matrix<Scalar>, _ keys: Matrix<Scalar>, _ values: Matrix<Scalar>, _ paths: Paths, _ first: Int,
    _ order: ArraySlice<Int>, _ lastSlotBias: Scalar, _ weights: Matrix<Scalar>, into output: Matrix<Scalar>
  ) {
    for place in order {
      let (row, length) = (place - first, paths.length(place))
      attend(
        q.base + row * q.stride, keys, values, paths.path(place), length,
        bias: length == paths.context ? lastSlotBias : 0, width: q.columns, weights.base + row * weights.stride,
        into: output.base + row * output.stride)
    }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private func attend<Scalar: Real>(
    _ q: UnsafePointer<Scalar>, _ keys: Matrix<Scalar>, _ values: Matrix<Scalar>, _ path: UnsafePointer<Int32>,
    _ length: Int, bias: Scalar, width: Int, _ weights: UnsafeMutablePointer<Scalar>,
    into output: UnsafeMutablePointer<Scalar>
  ) {
    if length == 1 { return output.update(from: values.base + Int(path[0]) * values.stride, count: width) }
    let size = width / heads
    let scale = 1 / Scalar(size).squareRoot()
    for column in stride(from: 0, to: heads * size, by: size) {
      for position in 0..<length {
        let key = keys.base + Int(path[position]) * keys.stride + column
        weights[position] = scale * Lanes.dot(q + column, key, size)
      }
      weights[length - 1] -= bias
      Softmax.forward(weights, weights, length)
      Lanes<Scalar>.each(size) { place, left in
        var total = SIMD8<Scalar>(repeating: 0)
        for position in 0..<length {
          let value = values.base + Int(path[position]) * values.stride + column
          total += weights[position] * Lanes.load(value + place, left)
        }
        Lanes.store(total, output + column + place, left)
      }
    }
  }
}
