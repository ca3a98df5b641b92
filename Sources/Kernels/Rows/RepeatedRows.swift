/// A linear map of rows of which many are the same, as overlapping windows have them: each different one is mapped once.
public final class RepeatedRows<Scalar: Real> {
  private let distinct: DistinctRows<Scalar>
  private var numbers: [Int] = []
  /// (capacity, outputs): the different rows, mapped.
  private let mapped: Matrix<Scalar>

  /// For up to `capacity` rows at once.
  public init(_ arena: Arena<Scalar>, capacity: Int, inputs: Int, outputs: Int) {
    distinct = DistinctRows(capacity: capacity, columns: inputs)
    mapped = arena.room(rows: capacity, columns: outputs)
    numbers.reserveCapacity(capacity)
  }

  /// Multiply-adds of a product that OpenBLAS takes for small, or more.
  private static var small: Int { 1 << 20 }

  /// - Parameters:
  ///   - x: (n, in), n up to the capacity.
  ///   - y: (n, out).
  public func forward(_ x: Matrix<Scalar>, _ linear: Linear<Scalar>, into y: Matrix<Scalar>) {
    distinct.removeAll()
    numbers.removeAll(keepingCapacity: true)
    for row in 0..<x.rows {
      guard let number = distinct.number(of: row, in: x) else { preconditionFailure("more rows than the capacity") }
      numbers.append(number)
    }
    // What few repetitions save goes into copying. And small products are computed by other kernels of OpenBLAS, which
    // sum in another order: a short batch should not have other bits for its being short.
    guard 4 * distinct.count < 3 * x.rows, distinct.count * x.columns * y.columns > Self.small else {
      return linear.forward(x, into: y)
    }
    linear.forward(distinct.rows.first(distinct.count), into: mapped.first(distinct.count))
    Workers.parallel(x.rows, minimum: max(1, 16_384 / max(y.columns, 1))) { rows in
      for row in rows {
        (y.base + row * y.stride).update(from: mapped.base + numbers[row] * mapped.stride, count: y.columns)
      }
    }
  }
}
