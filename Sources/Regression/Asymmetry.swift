internal import Kernels
internal import Vectors

/// How much a sequence differs from its reversal at lag 1, and how much it would by chance (docs/metrics.md).
///
/// With z the whitened chunks and C = mean z[t+1] z[t]ᵀ, the index is ‖C − Cᵀ‖ / ‖C + Cᵀ‖. Reversing a unit, that is an
/// article or a run of 64 chunks, changes the sign of its part of C − Cᵀ; the null distribution draws these signs.
///
/// Memory: one unit's (k, k), and draws · k² / 2.
struct Asymmetry {
  /// How often the signs of all units are drawn.
  static let draws = 999
  /// Chunks of a run.
  static let runLength: UInt32 = 64

  /// The chunks that are reversed as a whole.
  struct Unit: Hashable {
    var article: UInt64
    var run: UInt32

    /// The unit of the pair that begins with a chunk.
    init(_ key: Key, byRuns: Bool) {
      article = key.article
      run = byRuns ? key.chunk / Asymmetry.runLength : 0
    }
  }

  private let byRuns: Bool
  private let seed: UInt64
  private let whitening: Whitening
  private let arena = Arena<Double>()

  /// (capacity, dim): chunks not yet added to the sums, and the segments of consecutive ones within one unit.
  private let chunks: Matrix<Double>
  private let whitened: Matrix<Double>
  private var rows = 0
  private var segments: [(unit: Unit, rows: Range<Int>)] = []
  private var last: Key?

  /// Σ z[t+1] z[t]ᵀ of the current unit, (k, k).
  private let current: Matrix<Double>
  private var unit: Unit?
  /// Σ of C + Cᵀ over units, (k, k).
  private let symmetric: Matrix<Double>
  /// (batch, k (k − 1) / 2): C − Cᵀ above the diagonal, a unit a row; and the units' signs in each draw, (batch, draws
  /// + 1).
  private let differences: Matrix<Double>
  private let signs: Matrix<Double>
  private var units = 0
  /// (draws + 1, k (k − 1) / 2): the signed sums; the first row has no random signs.
  private let sums: Matrix<Double>
  private(set) var pairs = 0

  private static let capacity = 512
  private static let batch = 128

  init(_ whitening: Whitening, byRuns: Bool, seed: UInt64) {
    self.whitening = whitening
    self.byRuns = byRuns
    self.seed = seed
    let k = whitening.components
    chunks = arena.matrix(rows: Self.capacity, columns: whitening.dim)
    whitened = arena.matrix(rows: Self.capacity, columns: k)
    current = arena.matrix(rows: k, columns: k)
    symmetric = arena.matrix(rows: k, columns: k)
    differences = arena.matrix(rows: Self.batch, columns: k * (k - 1) / 2)
    signs = arena.matrix(rows: Self.batch, columns: Self.draws + 1)
    sums = arena.matrix(rows: Self.draws + 1, columns: k * (k - 1) / 2)
  }

  /// Adds the next chunk.
  mutating func add(_ key: Key, _ vector: UnsafeBufferPointer<Float>) {
    if rows + 2 > Self.capacity { flush() }
    if let last, last.isFollowed(by: key) {
      append(vector)
      pairs += 1
      if Unit(key, byRuns: byRuns) != Unit(last, byRuns: byRuns) { begin(key, vector) }
    } else {
      begin(key, vector)
    }
    last = key
  }

  /// Begins a segment with a chunk.
  private mutating func begin(_ key: Key, _ vector: UnsafeBufferPointer<Float>) {
    segments.append((Unit(key, byRuns: byRuns), rows..<rows))
    append(vector)
  }

  private mutating func append(_ vector: UnsafeBufferPointer<Float>) {
    chunks.setRow(rows, to: vector)
    rows += 1
    let end = segments.count - 1
    segments[end].rows = segments[end].rows.lowerBound..<rows
  }

  /// Adds all gathered chunks to the sums. The last one stays, since a pair may begin with it.
  private mutating func flush() {
    guard let open = segments.last else { return }
    whitening.apply(chunks.first(rows), into: whitened.first(rows))
    for segment in segments where segment.rows.count > 1 {
      if unit != segment.unit { finishUnit() }
      unit = segment.unit
      let rows = segment.rows
      MatrixProduct.transposed(
        whitened.rows(rows.dropFirst()), whitened.rows(rows.dropLast()), into: current, adding: true)
    }
    chunks.moveRows(from: rows - 1, to: 0, count: 1)
    rows = 1
    segments = [(open.unit, 0..<1)]
  }

  private mutating func finishUnit() {
    guard let unit else { return }
    var column = 0
    for i in 0..<current.rows {
      for j in 0..<current.rows { symmetric[i, j] += current[i, j] + current[j, i] }
      for j in i + 1..<max(i + 1, current.rows) {
        differences[units, column] = current[i, j] - current[j, i]
        column += 1
      }
    }
    setSigns(unit)
    current.fill(0)
    units += 1
    if units == Self.batch { addUnits() }
  }

  /// Sign r is bit r mod 64 of a hash of seed, unit and r / 64, so that it does not depend on the order of units.
  private func setSigns(_ unit: Unit) {
    let base = mixed(mixed(mixed(seed ^ 0x61_7272_6F77) ^ unit.article) ^ UInt64(unit.run))
    signs[units, 0] = 1
    for draw in 0..<Self.draws {
      let word = mixed(base ^ UInt64(draw >> 6))
      signs[units, draw + 1] = (word >> UInt64(draw & 63)) & 1 == 0 ? 1 : -1
    }
  }

  private mutating func addUnits() {
    if differences.columns > 0 {
      MatrixProduct.transposed(signs.first(units), differences.first(units), into: sums, adding: true)
    }
    units = 0
  }

  /// The index, and those of the draws in ascending order; nil where C + Cᵀ is 0. Call it after the last chunk.
  mutating func finish() -> (index: Double, null: [Double])? {
    flush()
    finishUnit()
    unit = nil
    addUnits()
    let scale = symmetric.squares.squareRoot()
    guard scale > 0 else { return nil }
    // Each entry above the diagonal is below it too, with the other sign.
    let indices = (0...Self.draws).map { (2 * sums.rows($0..<$0 + 1).squares).squareRoot() / scale }
    return (indices[0], indices.dropFirst().sorted())
  }
}

extension Matrix<Double> {
  fileprivate var squares: Double {
    (0..<rows).reduce(0) { total, row in self.row(row).reduce(total) { $0 + $1 * $1 } }
  }
}
