public import Vectors

/// What is done to one row at a time, in place: each is (1, dim).
public enum SingleRows<Scalar: Real> {
  /// Adds normal noise of mean 0 to every entry.
  public static func addNoise(to row: Matrix<Scalar>, deviation: Double, _ generator: inout SeededGenerator) {
    addNoise(to: row.base, row.count, deviation, &generator)
  }

  /// Adds another row.
  public static func add(_ other: Matrix<Scalar>, to row: Matrix<Scalar>) {
    precondition(row.rows == 1 && other.rows == 1 && row.columns == other.columns, "rows of different lengths")
    add(other.base, to: row.base, row.columns)
  }

  /// Divides by the length, or by 1e-8 where that is more: a row of zeros stays.
  public static func normalize(_ row: Matrix<Scalar>) {
    let length = DoubleSums.products(row.base, row.base, row.columns).squareRoot()
    scale(row.base, row.columns, by: 1 / max(length, 1e-8))
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private static func addNoise(
    to row: UnsafeMutablePointer<Scalar>, _ count: Int, _ deviation: Double, _ generator: inout SeededGenerator
  ) {
    for i in 0..<count { row[i] += Scalar(deviation * generator.gaussian()) }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private static func add(_ other: UnsafePointer<Scalar>, to row: UnsafeMutablePointer<Scalar>, _ count: Int) {
    for i in 0..<count { row[i] += other[i] }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private static func scale(_ row: UnsafeMutablePointer<Scalar>, _ count: Int, by factor: Double) {
    for i in 0..<count { row[i] = Scalar(Double(row[i]) * factor) }
  }
}
