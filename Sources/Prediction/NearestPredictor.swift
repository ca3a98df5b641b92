public import Kernels
public import Vectors

/// The windows that `NearestPredictor` searches: their chunks once each, and which chunks each has.
public final class ReferenceWindows {
  /// Entries of a chunk's vector.
  public let dim: Int
  /// Chunks of context of a window.
  public let context: Int
  /// How many there are.
  public var windows: Int { targets.count }

  private var places: [Key: Int32] = [:]
  /// (chunks, dim).
  private(set) var vectors: [Float] = []
  /// (windows, context): the places of the context chunks.
  private(set) var rows: [Int32] = []
  /// (windows): the places of the targets.
  private(set) var targets: [Int32] = []
  private var squares: [Float] = []
  /// (windows): the squared length of all context chunks together.
  private(set) var lengths: [Float] = []

  /// Starts without windows.
  public init(dim: Int, roles: Roles) {
    self.dim = dim
    context = roles.context
    self.roles = roles
  }

  private let roles: Roles

  /// Adds the windows of a block of the same dim and roles.
  public func append(_ block: VectorBlock) {
    for window in 0..<block.windows {
      var length: Float = 0
      for slot in 0..<context {
        let place = self.place(block, block.row(window, slot))
        rows.append(place)
        length += squares[Int(place)]
      }
      targets.append(place(block, block.row(window, roles.target)))
      lengths.append(length)
    }
  }

  private func place(_ block: VectorBlock, _ row: Int) -> Int32 {
    let key = block.key(row)
    if let place = places[key] { return place }
    let place = Int32(squares.count)
    let vector = block.vector(row)
    vectors.append(contentsOf: vector)
    squares.append(vector.reduce(0) { $0 + $1 * $1 })
    places[key] = place
    return place
  }
}

/// The mean of the targets of those reference windows whose contexts are the nearest, by the squared distance of all
/// context chunks together; of equal distances the earlier windows'.
///
/// It is what regression without any assumption on the function reaches with so many windows (Fix and Hodges, 1951).
public final class NearestPredictor: Predictor {
  /// (context · capacity, dim), as `Predictor` has it.
  public let contexts: Matrix<Float>
  /// (capacity, dim): means of targets.
  public let output: Matrix<Float>

  private let reference: ReferenceWindows
  private let neighbours: Int
  private let arena = Arena<Float>()
  /// (tile, dim): one slot's chunks of some reference windows.
  private let tile: Matrix<Float>
  /// (capacity, tile): products of contexts with those of reference windows.
  private let products: Matrix<Float>
  /// Of each window of a batch, up to `neighbours` reference windows, the nearest first.
  private var found: [[(closeness: Float, window: Int)]] = []

  private static let tileWindows = 4096

  /// - Parameters:
  ///   - reference: with at least one window.
  ///   - neighbours: how many targets are averaged, 1 or more; at most as many as there are windows count.
  ///   - capacity: the most windows at once.
  public init(_ reference: ReferenceWindows, neighbours: Int, capacity: Int) {
    precondition(reference.windows > 0 && neighbours > 0, "no window to be near to")
    self.reference = reference
    self.neighbours = min(neighbours, reference.windows)
    contexts = arena.matrix(rows: reference.context * capacity, columns: reference.dim)
    output = arena.matrix(rows: capacity, columns: reference.dim)
    let width = min(Self.tileWindows, reference.windows)
    tile = arena.matrix(rows: width, columns: reference.dim)
    products = arena.matrix(rows: capacity, columns: width)
  }

  /// Computes `output` of the first `windows` windows.
  public func predict(windows: Int) {
    found = [[(closeness: Float, window: Int)]](repeating: [], count: windows)
    for start in stride(from: 0, to: reference.windows, by: tile.rows) {
      compare(windows, start..<min(start + tile.rows, reference.windows))
    }
    for window in 0..<windows { average(window) }
  }

  /// Takes the nearest of some reference windows among the nearest so far.
  private func compare(_ windows: Int, _ range: Range<Int>) {
    let (tile, products) = (tile.first(range.count), products.first(windows).columns(0..<range.count))
    for slot in 0..<reference.context {
      for (row, window) in range.enumerated() {
        copy(reference.rows[window * reference.context + slot], to: tile.row(row))
      }
      MatrixProduct.ofTransposed(
        contexts.rows(slot * windows..<(slot + 1) * windows), tile, into: products, adding: slot > 0)
    }
    reference.lengths.withUnsafeBufferPointer { lengths in
      for window in 0..<windows {
        let row = products.row(window)
        for (column, other) in range.enumerated() {
          // |a − b|² is |a|² + |b|² − 2 a·b, and |a|² is the same for all b.
          let closeness = 2 * row[column] - lengths[other]
          if found[window].count == neighbours {
            guard closeness > found[window][neighbours - 1].closeness else { continue }
            found[window].removeLast()
          }
          let place = found[window].firstIndex { $0.closeness < closeness } ?? found[window].count
          found[window].insert((closeness, other), at: place)
        }
      }
    }
  }

  /// Computes the output of a window.
  private func average(_ window: Int) {
    let row = output.row(window)
    row.initialize(repeating: 0)
    let share = 1 / Float(found[window].count)
    for (_, other) in found[window] {
      let start = Int(reference.targets[other]) * reference.dim
      reference.vectors.withUnsafeBufferPointer { vectors in
        for entry in 0..<reference.dim { row[entry] += share * vectors[start + entry] }
      }
    }
  }

  private func copy(_ place: Int32, to row: UnsafeMutableBufferPointer<Float>) {
    let start = Int(place) * reference.dim
    reference.vectors.withUnsafeBufferPointer { vectors in
      for entry in 0..<reference.dim { row[entry] = vectors[start + entry] }
    }
  }
}
