import Kernels
import Testing

/// Rows that are kept once, and attention along paths of them, against the plainest way to compute it.
@Suite struct PathTests {
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

  /// With so many repetitions that each different row is mapped once, and with so few that all are; and too few rows.
  @Test(arguments: [(60, 300), (290, 300), (2, 10)]) func repeatedRowsAreMappedAlike(different: Int, rows: Int) {
    let arena = Arena<Double>()
    let (some, x) = (numbers(arena, different, 135, 1), arena.matrix(rows: rows, columns: 135))
    for row in 0..<rows { x.rows(row..<row + 1).copy(from: some.rows(row % different..<row % different + 1)) }
    let linear = Linear(weight: numbers(arena, 140, 135, 2), bias: numbers(arena, 1, 140, 3))
    let (y, expected) = (arena.matrix(rows: rows, columns: 140), arena.matrix(rows: rows, columns: 140))
    let repeated = RepeatedRows(arena, capacity: rows + 2, inputs: 135, outputs: 140)
    linear.forward(x, into: expected)
    for _ in 0..<2 {
      y.fill(.nan)
      repeated.forward(x, linear, into: y)
      let errors = (0..<rows).flatMap { row in (0..<140).map { abs(y[row, $0] - expected[row, $0]) } }
      #expect(errors.allSatisfy { $0 < 1e-11 })
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

  @Test(arguments: [false, true]) func rowsAttendAlongTheirPaths(addsPositions: Bool) {
    let (heads, width, arena) = (2, 10, Arena<Double>())
    let (q, places) = (numbers(arena, 5, width, 1), numbers(arena, 5, 2 * width, 2))
    let (positions, output) = (numbers(arena, 3, 2 * width, 3), arena.matrix(rows: 5, columns: width))
    let paths = paths()
    #expect(paths.byBeginning(1..<6) == [2, 4, 5, 1, 3])
    PathAttention(heads: heads).forward(
      q: q, .init(places, positions: addsPositions ? positions : nil),
      .init(paths, from: 1, order: paths.byBeginning(1..<6)),
      lastSlotBias: 0.3, weights: arena.matrix(rows: 5, columns: 3), into: output)
    for row in 0..<5 {
      let rows = seen[row + 1].enumerated().map { position, index in
        (0..<2 * width).map { places[index, $0] + (addsPositions ? positions[position, $0] : 0) }
      }
      for head in 0..<heads {
        let part = head * 5..<(head + 1) * 5
        let logits = rows.enumerated().map { position, key in
          dot(Array(q.row(row))[part], key[part]) / 5.0.squareRoot() - (position == 2 ? 0.3 : 0)
        }
        let expected = mixed(
          logits, rows.map { Array($0[width...][(width + part.lowerBound)..<(width + part.upperBound)]) })
        for (column, value) in zip(part, expected) { #expect(abs(output[row, column] - value) < 1e-13) }
      }
    }
  }
}
