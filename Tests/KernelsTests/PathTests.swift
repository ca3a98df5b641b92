import Kernels
import Testing

/// Rows that are kept once, and attention along paths of them, against the plainest way to compute it.
@Suite struct PathTests {
  private func numbers<Scalar: Real>(_ arena: Arena<Scalar>, _ rows: Int, _ columns: Int, _ seed: Int) -> Matrix<Scalar>
  {
    let matrix = arena.matrix(rows: rows, columns: columns)
    for row in 0..<rows {
      for column in 0..<columns {
        matrix[row, column] = Scalar((row * 31 + column * 43 + seed * 57) % 97 - 48) / 40
      }
    }
    return matrix
  }

  @Test func rowsOfTheSameBitsAreOne() {
    let arena = Arena<Float>()
    let rows = arena.matrix(rows: 6, columns: 11)
    for (row, value) in [Float(0), -0.0, 1, .nan, 0, 1].enumerated() { rows[row, 10] = value }
    let distinct = DistinctRows<Float>(capacity: 4, columns: 11)
    #expect((0..<6).map { distinct.number(of: $0, in: rows) } == [0, 1, 2, 3, 0, 2])
    #expect(distinct.count == 4)
    rows[0, 0] = 5
    #expect(distinct.number(of: 0, in: rows) == nil)
    #expect(distinct.number(of: 5, in: rows) == 2)
    distinct.removeAll()
    #expect(distinct.number(of: 0, in: rows) == 0)
    #expect(distinct.rows[0, 0] == 5)
  }

  /// With so many repetitions that each different row is mapped once, and with so few that all are.
  @Test(arguments: [2, 9]) func repeatedRowsAreMappedAlike(different: Int) {
    let arena = Arena<Double>()
    let (some, x) = (numbers(arena, different, 5, 1), arena.matrix(rows: 10, columns: 5))
    for row in 0..<10 { x.rows(row..<row + 1).copy(from: some.rows(row % different..<row % different + 1)) }
    let linear = Linear(weight: numbers(arena, 7, 5, 2), bias: numbers(arena, 1, 7, 3))
    let (y, expected) = (arena.matrix(rows: 10, columns: 7), arena.matrix(rows: 10, columns: 7))
    let repeated = RepeatedRows(arena, capacity: 12, inputs: 5, outputs: 7)
    linear.forward(x, into: expected)
    for _ in 0..<2 {
      y.fill(.nan)
      repeated.forward(x, linear, into: y)
      for row in 0..<10 {
        for column in 0..<7 { #expect(abs(y[row, column] - expected[row, column]) < 1e-14) }
      }
    }
  }

  /// Paths over five places: a tree of three branches, of which row i sees `seen[i]`.
  private let seen = [[0], [1], [0, 2], [1, 3], [0, 2, 3], [0, 2, 4]]

  private func paths() -> Paths {
    let paths = Paths(context: 3, capacity: 6)
    for (row, path) in seen.enumerated() {
      let start = seen[..<row].firstIndex(of: path.dropLast())
      paths.append(path[path.count - 1], after: path.count == 1 ? nil : start, in: paths)
    }
    return paths
  }

  /// The softmax of logits, and with it the sum of rows.
  private func mixed(_ logits: [Double], _ rows: [[Double]]) -> [Double] {
    let weights = logits.map { Double.exponential($0) }
    let total = weights.reduce(0, +)
    return rows[0].indices.map { i in zip(weights, rows).reduce(0) { $0 + $1.0 * $1.1[i] } / total }
  }

  private func dot(_ a: ArraySlice<Double>, _ b: ArraySlice<Double>) -> Double {
    zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
  }

  @Test func rowsAttendAlongTheirPaths() {
    let (heads, width, arena) = (2, 10, Arena<Double>())
    let (q, keys) = (numbers(arena, 4, width, 1), numbers(arena, 5, width, 2))
    let (values, output) = (numbers(arena, 5, width, 3), arena.matrix(rows: 4, columns: width))
    let paths = paths()
    #expect(paths.byBeginning(2..<6) == [2, 4, 5, 3])
    PathAttention(heads: heads).forward(
      q: q, keys: keys, values: values, paths, from: 2, order: paths.byBeginning(2..<6), lastSlotBias: 0.3,
      weights: arena.matrix(rows: 4, columns: 3), into: output)
    for row in 0..<4 {
      for head in 0..<heads {
        let part = head * 5..<(head + 1) * 5
        let logits = seen[row + 2].enumerated().map { position, place in
          dot(Array(q.row(row))[part], Array(keys.row(place))[part]) / 5.0.squareRoot() - (position == 2 ? 0.3 : 0)
        }
        let expected = mixed(logits, seen[row + 2].map { Array(Array(values.row($0))[part]) })
        for (column, value) in zip(part, expected) { #expect(abs(output[row, column] - value) < 1e-13) }
      }
    }
  }

  /// Widths that fill the registers, and that do not; heads by four, and not.
  @Test(arguments: [(2, 10), (5, 15), (4, 64), (1, 33), (8, 40)])
  func foldedAttentionIsAttention(heads: Int, width: Int) {
    let arena = Arena<Double>()
    folds(heads, width, arena, within: 1e-12)
    folds(heads, width, Arena<Float>(), within: 1e-4)
  }

  private func folds<Scalar: Real>(_ heads: Int, _ width: Int, _ arena: Arena<Scalar>, within tolerance: Double) {
    let (context, size) = (3, width / heads)
    let folded = FoldedAttention(heads: heads, width: width, context: context)
    func linear(_ seed: Int) -> Linear<Scalar> {
      let weight = numbers(arena, width, width, seed)
      weight.scale(by: 1 / Scalar(width).squareRoot())
      return Linear(weight: weight, bias: numbers(arena, 1, width, seed + 1))
    }
    let (query, key, value, output) = (linear(1), linear(3), linear(5), linear(7))
    let memory = FoldedAttention.Memory(folded, chunks: 5, in: arena)
    let (chunks, positions) = (numbers(arena, 5, width, 9), numbers(arena, context, width, 10))
    // Values' bias is the caller's to add.
    let maps = FoldedAttention.Maps(query: query, key: key.weight, value: value.weight, output: output)
    folded.foldPositions(positions, maps, into: memory)
    let scratch = arena.matrix(rows: 5, columns: width)
    folded.fold(chunks.rows(0..<2), at: 0, maps, into: memory, scratch: scratch)
    folded.fold(chunks.rows(2..<5), at: 2, maps, into: memory, scratch: scratch)
    let (x, y) = (numbers(arena, 6, width, 11), arena.matrix(rows: 6, columns: width))
    let paths = paths()
    folded.forward(
      x, memory, paths, from: 0, order: paths.byBeginning(0..<6), lastSlotBias: 0.3,
      weights: arena.matrix(rows: 7, columns: heads * context), into: y)

    func times(_ weight: Matrix<Scalar>, _ x: [Double]) -> [Double] {
      (0..<width).map { row in x.indices.reduce(0) { $0 + Double(weight[row, $1]) * x[$1] } }
    }
    func entries(_ matrix: Matrix<Scalar>, _ row: Int) -> [Double] { matrix.row(row).map { Double($0) } }
    for row in 0..<6 {
      let q = zip(times(query.weight, entries(x, row)), entries(query.bias ?? x, 0)).map { $0 + $1 }
      let rows = seen[row].enumerated().map { position, chunk in
        zip(entries(chunks, chunk), entries(positions, position)).map { $0 + $1 }
      }
      let (keys, values) = (rows.map { times(key.weight, $0) }, rows.map { times(value.weight, $0) })
      let heads = (0..<heads).flatMap { head in
        let part = head * size..<(head + 1) * size
        let logits = keys.enumerated().map { position, key in
          dot(q[part], key[part]) / Double(size).squareRoot() - (position == 2 ? 0.3 : 0)
        }
        return mixed(logits, values.map { Array($0[part]) })
      }
      let expected = zip(times(output.weight, heads), entries(output.bias ?? x, 0)).map { $0 + $1 }
      for column in 0..<width { #expect(abs(Double(y[row, column]) - expected[column]) < tolerance) }
    }
  }
}
