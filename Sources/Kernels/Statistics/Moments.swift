/// Sums of rows and of their products with each other, in double precision: what means, covariances and linear least
/// squares need of data that pass once.
///
/// Fill rows of `buffer`, then `add` them; so on until the data end. Memory: columns² + capacity · columns doubles.
public final class Moments {
  /// Entries of a row.
  public let columns: Int
  /// (capacity, columns): the rows to be added next.
  public let buffer: Matrix<Double>
  /// Σ w over all rows added.
  public private(set) var weight = 0.0
  /// (1, columns): Σ w a.
  public let sums: Matrix<Double>
  /// (columns, columns): Σ w a aᵀ, in the upper triangle alone.
  public let products: Matrix<Double>

  private let arena = Arena<Double>()
  /// (capacity, 1): √w.
  private let roots: Matrix<Double>

  /// Columns whose products are one call: the triangle is cut into steps of it.
  private static let panel = 256

  /// For rows of `columns` entries, up to `capacity` of them at once.
  public init(columns: Int, capacity: Int) {
    precondition(columns >= 1 && capacity >= 1, "no columns, or no capacity")
    self.columns = columns
    buffer = arena.matrix(rows: capacity, columns: columns)
    sums = arena.matrix(rows: 1, columns: columns)
    products = arena.matrix(rows: columns, columns: columns)
    roots = arena.matrix(rows: capacity, columns: 1)
  }

  /// The bytes of `products`; nil where no number holds them.
  public static func bytes(columns: Int) -> Int? {
    let (square, overflow) = columns.multipliedReportingOverflow(by: columns)
    let (bytes, overflows) = square.multipliedReportingOverflow(by: 8)
    return overflow || overflows ? nil : bytes
  }

  /// Adds the first `rows` rows of `buffer`, which are lost where they have weights.
  ///
  /// - Parameter weights: (rows), 0 or more each; nil for 1.
  public func add(rows: Int, weights: [Double]? = nil) {
    guard rows > 0 else { return }
    let (block, roots) = (buffer.first(rows), roots.first(rows))
    roots.fill(1)
    weight += weights.map { $0.reduce(0, +) } ?? Double(rows)
    if let weights {
      precondition(weights.count == rows, "another number of weights than rows")
      for row in 0..<rows {
        roots[row, 0] = weights[row].squareRoot()
        block.rows(row..<row + 1).scale(by: roots[row, 0])
      }
    }
    MatrixProduct.transposed(roots, block, into: sums, adding: true)
    for start in stride(from: 0, to: columns, by: Self.panel) {
      let end = min(start + Self.panel, columns)
      MatrixProduct.transposed(
        block.columns(start..<end), block.columns(start..<columns),
        into: products.rows(start..<end).columns(start..<columns), adding: true)
    }
  }

  /// Adds all rows that `other`, of as many columns, has summed.
  public func add(_ other: Moments) {
    precondition(other.columns == columns, "moments of \(other.columns) columns, not \(columns)")
    weight += other.weight
    sums.add(other.sums, scale: 1)
    products.add(other.products, scale: 1)
  }

  /// The weighted mean of a column.
  public func mean(_ column: Int) -> Double { sums[0, column] / weight }

  /// Σ w (a[i] − mean)(a[j] − mean).
  public func centred(_ i: Int, _ j: Int) -> Double {
    products[min(i, j), max(i, j)] - sums[0, i] * mean(j)
  }
}

/// A linear map of rows with a constant: ŷ = x · weightᵀ + bias.
public struct LinearMap {
  /// (out, in).
  public let weight: Matrix<Double>
  /// (1, out).
  public let bias: Matrix<Double>
  private let arena = Arena<Double>()

  /// Ridge regression (Hoerl and Kennard, 1970) with a constant that is not penalized: minimizes
  /// Σ w ‖y − ŷ‖² + λ ‖weight − S‖², with λ = `penalty` times the mean diagonal of the centred inputs' Gram matrix.
  ///
  /// - Parameters:
  ///   - moments: of rows that hold both x and y.
  ///   - inputs: the columns of x.
  ///   - outputs: the columns of y.
  ///   - slots: S, the map that adds up the parts of x, each of as many entries as y, with these weights; none for S = 0.
  /// - Throws: where the inputs do not vary, or vary alike and nothing is penalized.
  public init(
    ridge moments: Moments, inputs: Range<Int>, outputs: Range<Int>, penalty: Double, toward slots: [Double] = []
  ) throws(LinearAlgebraFault) {
    // Given back when the map is found.
    let work = Arena<Double>()
    let gram = work.matrix(rows: inputs.count, columns: inputs.count)
    weight = arena.matrix(rows: outputs.count, columns: inputs.count)
    bias = arena.matrix(rows: 1, columns: outputs.count)
    var trace = 0.0
    for (row, i) in inputs.enumerated() {
      for column in row..<inputs.count { gram[row, column] = moments.centred(i, inputs.lowerBound + column) }
      trace += gram[row, row]
    }
    // A NaN would pass through the factorization.
    guard trace > 0, trace.isFinite else { throw .notPositiveDefinite }
    for row in 0..<inputs.count { gram[row, row] += penalty * trace / Double(inputs.count) }
    for (row, i) in outputs.enumerated() {
      for (column, j) in inputs.enumerated() {
        var product = moments.centred(i, j)
        for (slot, share) in slots.enumerated() {
          product -= share * moments.centred(inputs.lowerBound + slot * outputs.count + row, j)
        }
        weight[row, column] = product
      }
    }
    try Cholesky.solve(gram, weight)
    withExtendedLifetime(work) {}
    addToDiagonals(slots)
    fitBias(moments, inputs, outputs)
  }

  /// The sum of the parts of x, each of as many entries as y, with these weights, and the constant that fits best.
  ///
  /// - Parameters:
  ///   - slots: a weight of each part; none for the constant alone.
  ///   - moments: of rows that hold both x and y.
  ///   - inputs: the columns of x.
  ///   - outputs: the columns of y.
  public init(slots: [Double], _ moments: Moments, inputs: Range<Int>, outputs: Range<Int>) {
    weight = arena.matrix(rows: outputs.count, columns: inputs.count)
    bias = arena.matrix(rows: 1, columns: outputs.count)
    addToDiagonals(slots)
    fitBias(moments, inputs, outputs)
  }

  private func addToDiagonals(_ slots: [Double]) {
    for (slot, share) in slots.enumerated() {
      for row in 0..<weight.rows { weight[row, slot * weight.rows + row] += share }
    }
  }

  /// b = mean y − weight · mean x.
  private func fitBias(_ moments: Moments, _ inputs: Range<Int>, _ outputs: Range<Int>) {
    for (row, i) in outputs.enumerated() {
      var explained = 0.0
      for (column, j) in inputs.enumerated() { explained += weight[row, column] * moments.mean(j) }
      bias[0, row] = moments.mean(i) - explained
    }
  }

  /// ŷ of every row of x.
  public func apply(_ x: Matrix<Double>, into y: Matrix<Double>) {
    MatrixProduct.ofTransposed(x, weight, into: y, bias: bias)
  }
}
