import Kernels
import Testing

@Suite struct MatrixProductTests {
  /// (rows, columns) of small whole numbers, which every order of summation adds up without rounding.
  private func whole<Scalar: Real>(_ arena: Arena<Scalar>, _ rows: Int, _ columns: Int, _ seed: Int) -> Matrix<Scalar> {
    let matrix = arena.matrix(rows: rows, columns: columns)
    for row in 0..<rows {
      for column in 0..<columns { matrix[row, column] = Scalar((row * 7 + column * 13 + seed) % 11 - 5) }
    }
    return matrix
  }

  private func check<Scalar: Real>(_: Scalar.Type, _ m: Int, _ n: Int, _ k: Int) {
    let arena = Arena<Scalar>()
    let bias = whole(arena, 1, n, 3)
    let products: [(Matrix<Scalar>, Matrix<Scalar>, Bool, Bool)] = [
      (whole(arena, m, k, 1), whole(arena, n, k, 2), false, true),
      (whole(arena, m, k, 1), whole(arena, k, n, 2), false, false),
      (whole(arena, k, m, 1), whole(arena, k, n, 2), true, false),
    ]
    for (a, b, aTransposed, bTransposed) in products {
      for adding in [false, true] {
        let c = whole(arena, m, n, 4)
        switch (aTransposed, bTransposed) {
        case (false, true): MatrixProduct.ofTransposed(a, b, into: c, bias: adding ? nil : bias, adding: adding)
        case (false, false): MatrixProduct.of(a, b, into: c, adding: adding)
        default: MatrixProduct.transposed(a, b, into: c, adding: adding)
        }
        for row in 0..<m {
          for column in 0..<n {
            var expected: Scalar =
              adding ? Scalar((row * 7 + column * 13 + 4) % 11 - 5) : bTransposed ? bias[0, column] : 0
            for inner in 0..<k {
              expected +=
                (aTransposed ? a[inner, row] : a[row, inner]) * (bTransposed ? b[column, inner] : b[inner, column])
            }
            #expect(c[row, column] == expected)
          }
        }
      }
    }
  }

  @Test(arguments: [(1, 1, 1), (3, 40, 5), (40, 3, 5), (33, 47, 1)])
  func areSumsOfProducts(_ shape: (Int, Int, Int)) {
    for threads in [1, 2, 3] {
      try? Workers.use(threads: threads)
      check(Float.self, shape.0, shape.1, shape.2)
      check(Double.self, shape.0, shape.1, shape.2)
    }
  }

  @Test func everyPartIsCoveredOnce() {
    for threads in [1, 2, 3, 5] {
      try? Workers.use(threads: threads)
      for count in [0, 1, 2, 7, 100] {
        let arena = Arena<Float>()
        let hits = arena.matrix(rows: 1, columns: max(count, 1))
        Workers.parallel(count, multiple: 4) { range in for index in range { hits[0, index] += 1 } }
        for index in 0..<count { #expect(hits[0, index] == 1) }
      }
    }
  }

  @Test(arguments: [(1, 1, 1), (3, 50, 7), (40, 2, 16), (0, 3, 4)]) func buffersOfOthers(_ shape: (Int, Int, Int)) {
    let (m, n, k) = shape
    let a = (0..<m * k).map { Float($0 % 7 - 3) }
    let b = (0..<n * k).map { Float($0 % 5 - 2) }
    var c = [Float](repeating: .nan, count: m * n)
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        c.withUnsafeMutableBufferPointer { MatrixProduct.ofTransposed(a, b, inner: k, into: $0) }
      }
    }
    for row in 0..<m {
      for column in 0..<n {
        #expect(c[row * n + column] == (0..<k).reduce(0) { $0 + a[row * k + $1] * b[column * k + $1] })
      }
    }
  }
}
