import Kernels
import Testing
import Vectors

@Suite struct LeastSquaresTests {
  private let arena = Arena<Double>()

  private func random(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix<Double> {
    var generator = SeededGenerator(seed: seed)
    let matrix = arena.matrix(rows: rows, columns: columns)
    for row in 0..<rows {
      for column in 0..<columns { matrix[row, column] = generator.gaussian() }
    }
    return matrix
  }

  /// x · xᵀ + 1/2.
  private func positive(_ n: Int) -> Matrix<Double> {
    let (x, a) = (random(n, n + 3, seed: 1), arena.matrix(rows: n, columns: n))
    MatrixProduct.ofTransposed(x, x, into: a)
    for i in 0..<n { a[i, i] += 0.5 }
    return a
  }

  @Test(arguments: [1, 2, 33]) func choleskySolves(_ n: Int) throws {
    let (a, x) = (positive(n), random(3, n, seed: 2))
    let b = arena.matrix(rows: 3, columns: n)
    MatrixProduct.ofTransposed(x, a, into: b)
    try Cholesky.solve(a, b)
    for row in 0..<3 {
      for column in 0..<n { #expect(abs(b[row, column] - x[row, column]) < 1e-9) }
    }
    let indefinite = arena.matrix(rows: n, columns: n)
    for i in 0..<n { indefinite[i, i] = -1 }
    #expect(throws: LinearAlgebraFault.notPositiveDefinite) { try Cholesky.solve(indefinite, b) }
  }

  @Test(arguments: [1, 2, 33]) func eigenvectorsOnlyStretch(_ n: Int) throws {
    let a = positive(n)
    let eigen = try SymmetricEigen(a)
    #expect(eigen.values == eigen.values.sorted() && eigen.values.count == n)
    let stretched = arena.matrix(rows: n, columns: n)
    MatrixProduct.of(eigen.vectors, a, into: stretched)
    for i in 0..<n {
      var square = 0.0
      for j in 0..<n {
        #expect(abs(stretched[i, j] - eigen.values[i] * eigen.vectors[i, j]) < 1e-9)
        square += eigen.vectors[i, j] * eigen.vectors[i, j]
      }
      #expect(abs(square - 1) < 1e-12)
    }
  }

  /// More columns than one panel of products, and rows in several batches.
  @Test func momentsAreSumsOfProducts() {
    let (n, m) = (11, 300)
    let rows = random(n, m, seed: 3)
    let weights = (0..<n).map { Double($0 % 3) }
    for isWeighted in [false, true] {
      let moments = Moments(columns: m, capacity: 4)
      for start in stride(from: 0, to: n, by: 4) {
        let range = start..<min(start + 4, n)
        moments.buffer.first(range.count).copy(from: rows.rows(range))
        moments.add(rows: range.count, weights: isWeighted ? Array(weights[range]) : nil)
      }
      let w = isWeighted ? weights : [Double](repeating: 1, count: n)
      let total = w.reduce(0, +)
      #expect(moments.weight == total)
      for (i, j) in [(0, 0), (5, 299), (299, 5), (256, 256), (270, 255)] {
        let means = [i, j].map { column in (0..<n).reduce(0) { $0 + w[$1] * rows[$1, column] } / total }
        let expected = (0..<n).reduce(0) { $0 + w[$1] * (rows[$1, i] - means[0]) * (rows[$1, j] - means[1]) }
        #expect(abs(moments.mean(i) - means[0]) < 1e-12)
        #expect(abs(moments.centred(i, j) - expected) < 1e-12)
      }
    }
    #expect(Moments.bytes(columns: 1000) == 8_000_000)
    #expect(Moments.bytes(columns: 1 << 32) == nil)
  }

  /// Where y is linear in x, the map is found; a penalty shrinks it, and keeps the mean.
  @Test func ridgeFindsALinearMap() throws {
    let (x, truth) = (random(60, 4, seed: 4), random(2, 4, seed: 5))
    let moments = Moments(columns: 6, capacity: 60)
    moments.buffer.columns(0..<4).copy(from: x)
    let y = moments.buffer.columns(4..<6)
    MatrixProduct.ofTransposed(x, truth, into: y)
    for row in 0..<60 {
      y[row, 0] += 3
      y[row, 1] -= 2
    }
    moments.add(rows: 60)
    let exact = try LinearMap(ridge: moments, inputs: 0..<4, outputs: 4..<6, penalty: 0)
    let shrunk = try LinearMap(ridge: moments, inputs: 0..<4, outputs: 4..<6, penalty: 1)
    #expect(abs(exact.bias[0, 0] - 3) < 1e-12 && abs(exact.bias[0, 1] + 2) < 1e-12)
    let predicted = arena.matrix(rows: 60, columns: 2)
    shrunk.apply(x, into: predicted)
    for output in 0..<2 {
      var (sizes, mean) = ((0.0, 0.0), 0.0)
      for input in 0..<4 {
        #expect(abs(exact.weight[output, input] - truth[output, input]) < 1e-12)
        sizes.0 += exact.weight[output, input] * exact.weight[output, input]
        sizes.1 += shrunk.weight[output, input] * shrunk.weight[output, input]
      }
      #expect(sizes.1 < sizes.0 / 2)
      for row in 0..<60 { mean += predicted[row, output] / 60 }
      #expect(abs(mean - moments.mean(4 + output)) < 1e-12)
    }
    // The first input, at its slope of the penalized problem, solves (G + λ) w = c.
    var trace = 0.0
    for i in 0..<4 { trace += moments.centred(i, i) }
    for input in 0..<4 {
      var left = trace / 4 * shrunk.weight[0, input]
      for j in 0..<4 { left += moments.centred(input, j) * shrunk.weight[0, j] }
      #expect(abs(left - moments.centred(input, 4)) < 1e-9)
    }
    #expect(throws: LinearAlgebraFault.notPositiveDefinite) {
      try LinearMap(ridge: Moments(columns: 3, capacity: 1), inputs: 0..<2, outputs: 2..<3, penalty: 1)
    }
  }
}
