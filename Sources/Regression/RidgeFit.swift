internal import Failures
public import Kernels
public import Vectors

/// The linear predictor of windows: p = W · [c[0]; …; c[last]] + b, by ridge regression.
///
/// The windows are read twice: `learn` from all of them, `solve`, `score` all of them.
///
/// Memory: ((context + 1) · dim)² doubles, and (context · dim)² more in `solve`.
public final class RidgeFit {
  /// W, (dim, context · dim), and b, (1, dim); nil before `solve`.
  public private(set) var map: LinearMap?
  /// Windows learned from.
  public private(set) var windows = 0
  /// The scores of the windows given to `score`.
  public private(set) var scores: FitScores

  private let dim: Int
  private let roles: Roles
  private var moments: Moments?
  /// (capacity, (context + 1) · dim): windows to be scored.
  private let batch: Matrix<Double>
  private let predictions: Matrix<Double>
  private let arena = Arena<Double>()
  private var weights: [Double] = []

  private static let capacity = 512

  /// Starts without windows.
  ///
  /// - Parameter dim: of the vectors.
  public init(dim: Int, roles: Roles) {
    self.dim = dim
    self.roles = roles
    scores = FitScores(dim: dim)
    let moments = Moments(columns: (roles.context + 1) * dim, capacity: Self.capacity)
    batch = arena.matrix(rows: Self.capacity, columns: moments.columns)
    predictions = arena.matrix(rows: Self.capacity, columns: dim)
    self.moments = moments
  }

  /// About how many bytes a fit takes at most; nil where that overflows an `Int`.
  public static func bytes(dim: Int, context: Int) -> Int? {
    ArrowTest.bytes(dim: dim, context: context)
  }

  /// Adds all windows of a block, each with its weight.
  public func learn(_ block: VectorBlock) {
    for window in 0..<block.windows {
      guard let moments else { return }
      gather(block, window, into: weights.count, of: moments.buffer)
      weights.append(Double(block.weight(window)))
      if weights.count == Self.capacity { closeBatch() }
    }
    windows += block.windows
  }

  private func gather(_ block: VectorBlock, _ window: Int, into row: Int, of matrix: Matrix<Double>) {
    for slot in 0...roles.context {
      matrix.columns(slot * dim..<(slot + 1) * dim).setRow(row, to: block.vector(block.row(window, slot)))
    }
  }

  private func closeBatch() {
    moments?.add(rows: weights.count, weights: weights.allSatisfy { $0 == 1 } ? nil : weights)
    weights.removeAll(keepingCapacity: true)
  }

  /// Computes W and b, after `learn`.
  ///
  /// - Parameter penalty: as a share of the mean diagonal of the inputs' Gram matrix, 0 or more.
  /// - Throws: `.badData` where the contexts do not vary, or vary in too few directions for a penalty of 0.
  public func solve(penalty: Double) throws {
    closeBatch()
    guard let moments else { return }
    let inputs = 0..<roles.context * dim
    do {
      map = try LinearMap(
        ridge: moments, inputs: inputs, outputs: inputs.upperBound..<moments.columns, penalty: penalty)
    } catch {
      throw Failure(
        .badData, "has no solution: the contexts of \(windows) windows do not vary in \(inputs.count) directions",
        hint: penalty > 0 ? nil : "with --penalty 0.01 there is a solution")
    }
    self.moments = nil
  }

  /// Scores all windows of a block, each with weight 1, after `solve`.
  public func score(_ block: VectorBlock) {
    for start in stride(from: 0, to: block.windows, by: Self.capacity) {
      let count = min(Self.capacity, block.windows - start)
      for window in 0..<count { gather(block, start + window, into: window, of: batch) }
      let (rows, predictions) = (batch.first(count), predictions.first(count))
      map?.apply(rows.columns(0..<roles.context * dim), into: predictions)
      scores.add(predictions, rows.columns(roles.context * dim..<rows.columns))
    }
  }

  /// Writes the map into the parameters of a linear network.
  ///
  /// - Parameters:
  ///   - weight: (dim, context · dim).
  ///   - bias: (1, dim).
  public func copy(into weight: Matrix<Float>, _ bias: Matrix<Float>) {
    guard let map else { return }
    for (source, target) in [(map.weight, weight), (map.bias, bias)] {
      for row in 0..<source.rows {
        let (from, to) = (source.row(row), target.row(row))
        for entry in 0..<from.count { to[entry] = Float(from[entry]) }
      }
    }
  }
}
