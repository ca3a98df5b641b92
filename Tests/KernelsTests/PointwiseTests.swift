import Kernels
import Testing

/// Pointwise kernels against their definitions, and their way back against differences in double precision.
@Suite struct PointwiseTests {
  /// Holds `gradient` against central differences of Σ weights ∘ f by the entries of x.
  private func check(
    _ x: Matrix<Double>, _ gradient: Matrix<Double>, _ value: () -> Double, _ comment: Comment
  ) {
    for row in 0..<x.rows {
      for column in 0..<x.columns {
        let kept = x[row, column]
        x[row, column] = kept + 1e-5
        let above = value()
        x[row, column] = kept - 1e-5
        let below = value()
        x[row, column] = kept
        let slope = (above - below) / 2e-5
        #expect(abs(gradient[row, column] - slope) <= 1e-7 * max(1, abs(slope)), comment)
      }
    }
  }

  @Test func rowsOfAnyLengthBecomeUnitRows() {
    let arena = Arena<Float>()
    let (x, y, norms) = (
      arena.matrix(rows: 4, columns: 9), arena.matrix(rows: 4, columns: 9), arena.matrix(rows: 4, columns: 1)
    )
    for (row, scale) in [Float(1e20), 3e37, 1e-6, 1].enumerated() {
      for column in 0..<9 { x[row, column] = scale * Float(column - 4) }
    }
    UnitRows.forward(x, into: y, norms: norms)
    for row in 0..<4 {
      for column in 0..<9 {
        #expect(abs(y[row, column] - Float(column - 4) / Float(60).squareRoot()) < 1e-6, "row \(row)")
      }
    }
  }

  private func inner(_ a: Matrix<Double>, _ b: Matrix<Double>) -> Double {
    (0..<a.rows).reduce(0) { total, row in
      total + (0..<a.columns).reduce(0) { $0 + a[row, $1] * b[row, $1] }
    }
  }

  @Test(arguments: [1, 3, 8, 21]) func normsAreStandardized(width: Int) {
    let arena = Arena<Double>()
    let x = numbers(arena, 5, width, 1)
    let norm = LayerNorm(weight: numbers(arena, 1, width, 2), bias: numbers(arena, 1, width, 3))
    let y = arena.matrix(rows: 5, columns: width)
    norm.forward(x, into: y, record: .init(arena, rows: 6, width: width))
    for row in 0..<5 {
      let entries = (0..<width).map { x[row, $0] }
      let mean = entries.reduce(0, +) / Double(width)
      let variance = entries.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)
      for column in 0..<width {
        let expected =
          (x[row, column] - mean) / (variance + 1e-5).squareRoot() * norm.weight[0, column] + norm.bias[0, column]
        #expect(abs(y[row, column] - expected) < 1e-12)
      }
    }
  }

  @Test(arguments: [false, true]) func normsHaveGradients(drops: Bool) {
    let arena = Arena<Double>()
    let (rows, width) = (4, 11)
    let dropout = Dropout(drops ? Noise(seed: 3, step: 1) : nil, site: 2, rate: 0.4)
    let x = numbers(arena, rows, width, 1)
    let residual = numbers(arena, rows, width, 5)
    let weights = numbers(arena, rows, width, 4)
    let norm = LayerNorm(weight: numbers(arena, 1, width, 2), bias: numbers(arena, 1, width, 3))
    let record = LayerNorm<Double>.Record(arena, rows: rows, width: width)
    let y = arena.matrix(rows: rows, columns: width)
    func value() -> Double {
      norm.forward(x, addedTo: residual, dropout: dropout, into: y, record: record)
      return inner(y, weights)
    }
    _ = value()
    let gradients = LayerNorm(
      weight: arena.matrix(rows: 1, columns: width), bias: arena.matrix(rows: 1, columns: width))
    let ds = arena.matrix(rows: rows, columns: width)
    let dx = arena.matrix(rows: rows, columns: width)
    norm.backward(weights, record: record, into: ds, dropped: (dx, dropout), gradients: gradients, adding: false)
    check(x, dx, value, "by x")
    check(residual, ds, value, "by the residual")
    check(norm.weight, gradients.weight, value, "by the weight")
    check(norm.bias, gradients.bias, value, "by the bias")
    // A second time on top of the first doubles everything.
    let once = ds[1, 2]
    norm.backward(weights, record: record, into: ds, addingInput: true, gradients: gradients, adding: true)
    #expect(abs(ds[1, 2] - 2 * once) < 1e-12)
  }

  @Test func normsCanYieldTheSum() {
    let arena = Arena<Float>()
    let x = numbers(arena, 2, 9, 1)
    let residual = numbers(arena, 2, 9, 2)
    let sum = arena.matrix(rows: 2, columns: 9)
    let one = numbers(arena, 1, 9, 3)
    LayerNorm(weight: one, bias: one).forward(
      x, addedTo: residual, sum: sum, into: x, record: .init(arena, rows: 2, width: 9))
    let again = numbers(arena, 2, 9, 1)
    for row in 0..<2 {
      for column in 0..<9 { #expect(sum[row, column] == again[row, column] + residual[row, column]) }
    }
  }

  @Test(arguments: [Activation.relu, .gelu], [false, true])
  func activationsHaveGradients(_ activation: Activation, drops: Bool) {
    let arena = Arena<Double>()
    let dropout = Dropout(drops ? Noise(seed: 8, step: 1) : nil, site: 1, rate: 0.3)
    let x = numbers(arena, 3, 13, 1)
    // Away from the kink of relu.
    for row in 0..<3 { for column in 0..<13 where abs(x[row, column]) < 0.01 { x[row, column] = 0.02 } }
    let weights = numbers(arena, 3, 13, 2)
    let y = arena.matrix(rows: 3, columns: 13)
    func value() -> Double {
      activation.forward(x, into: y, dropout: dropout)
      return inner(y, weights)
    }
    _ = value()
    let dx = arena.matrix(rows: 3, columns: 13)
    activation.backward(weights, activation == .relu ? y : x, into: dx, dropout: dropout)
    check(x, dx, value, "by x")
  }

  @Test func singlePrecisionIsAsGoodAsItsDigits() {
    let arena = Arena<Float>()
    let precise = Arena<Double>()
    let count = 4001
    let x = arena.matrix(rows: 1, columns: count)
    let wide = precise.matrix(rows: 1, columns: count)
    for i in 0..<count {
      x[0, i] = Float(i - 2000) / 200
      wide[0, i] = Double(x[0, i])
    }
    let y = arena.matrix(rows: 1, columns: count)
    let expected = precise.matrix(rows: 1, columns: count)
    Activation.gelu.forward(x, into: y)
    Activation.gelu.forward(wide, into: expected)
    for i in 0..<count { #expect(abs(Double(y[0, i]) - expected[0, i]) <= 4e-7 * max(abs(expected[0, i]), 0.1)) }
  }

  @Test(arguments: [1, 5, 16, 19]) func softmaxesSumToOne(count: Int) {
    let arena = Arena<Double>()
    let x = numbers(arena, 3, count, 1)
    x[0, 0] = 900
    let weights = numbers(arena, 3, count, 2)
    let y = arena.matrix(rows: 3, columns: count)
    func value() -> Double {
      Softmax.forward(x, into: y)
      return inner(y, weights)
    }
    _ = value()
    for row in 0..<3 { #expect(abs((0..<count).reduce(0) { $0 + y[row, $1] } - 1) < 1e-14) }
    if count > 1 { #expect(abs(y[1, 0] / y[1, 1] - Double.exponential(x[1, 0] - x[1, 1])) < 1e-12) }
    let dx = arena.matrix(rows: 3, columns: count)
    Softmax.backward(weights, y, into: dx)
    check(x, dx, value, "by x")
  }

  @Test(arguments: [1, 6, 17]) func unitRowsHaveLengthOne(width: Int) {
    let arena = Arena<Double>()
    let x = numbers(arena, 3, width, 1)
    let weights = numbers(arena, 3, width, 2)
    let y = arena.matrix(rows: 3, columns: width)
    let norms = arena.matrix(rows: 3, columns: 1)
    func value() -> Double {
      UnitRows.forward(x, into: y, norms: norms)
      return inner(y, weights)
    }
    _ = value()
    for row in 0..<3 { #expect(abs((0..<width).reduce(0) { $0 + y[row, $1] * y[row, $1] } - 1) < 1e-14) }
    let dx = arena.matrix(rows: 3, columns: width)
    UnitRows.backward(weights, y, norms: norms, into: dx)
    check(x, dx, value, "by x")
  }

  @Test func aZeroRowStaysZero() {
    let arena = Arena<Float>()
    let x = arena.matrix(rows: 1, columns: 5)
    let y = numbers(arena, 1, 5, 1)
    let norms = arena.matrix(rows: 1, columns: 1)
    UnitRows.forward(x, into: y, norms: norms)
    #expect(y.entries.allSatisfy { $0 == 0 })
    let dx = arena.matrix(rows: 1, columns: 5)
    UnitRows.backward(numbers(arena, 1, 5, 2), y, norms: norms, into: dx)
    #expect(dx.entries.allSatisfy { $0.isFinite })
  }
}
