internal import Failures
public import Kernels
public import Vectors

/// A linear predictor of windows: p = W · [c[0]; …; c[last]] + b, fitted in closed form.
///
/// The windows are read twice: `learn` from all of them, `solve`, `score` all of them.
///
/// Memory: ((context + 1) · dim)² doubles, and (context · dim)² more in `solve`.
public final class LinearFit {
  /// What W may be. b is free in each.
  public enum Form: String, CaseIterable, Sendable {
    /// Any W, whose squared entries are penalized.
    case ridge
    /// W = 0: the mean of the targets.
    case constant
    /// A weight for each slot of the context: W = [w₀ I, …].
    case slotWeights = "slot-weights"
    /// Any W, whose squared differences from that of `slotWeights` are penalized.
    case slotWeightsRidge = "slot-weights+ridge"

    /// Whether a penalty says how much W is restricted.
    public var takesPenalty: Bool { self == .ridge || self == .slotWeightsRidge }
    fileprivate var hasSlotWeights: Bool { self == .slotWeights || self == .slotWeightsRidge }
  }

  /// W, (dim, context · dim), and b, (1, dim); nil before `solve`.
  public private(set) var map: LinearMap?
  /// A weight for each slot of the context, the last slot last; empty before `solve` and in forms without them.
  public private(set) var slotWeights: [Double] = []
  /// Windows learned from.
  public private(set) var windows = 0
  /// The scores of the windows given to `score` since the last `solve`.
  public private(set) var scores: FitScores

  private let form: Form
  private let dim: Int
  private let roles: Roles
  private let moments: Moments
  /// (capacity, (context + 1) · dim): windows to be scored.
  private let batch: Matrix<Double>
  private let predictions: Matrix<Double>
  private let arena = Arena<Double>()
  private var weights: [Double] = []

  private static let capacity = 512

  /// Starts without windows.
  ///
  /// - Parameter dim: of the vectors.
  public init(_ form: Form, dim: Int, roles: Roles) {
    self.form = form
    self.dim = dim
    self.roles = roles
    scores = FitScores(dim: dim)
    moments = Moments(columns: (roles.context + 1) * dim, capacity: Self.capacity)
    batch = arena.matrix(rows: Self.capacity, columns: moments.columns)
    predictions = arena.matrix(rows: Self.capacity, columns: dim)
  }

  /// About how many bytes a fit takes at most; nil where that overflows an `Int`.
  public static func bytes(dim: Int, context: Int) -> Int? {
    ArrowTest.bytes(dim: dim, context: context)
  }

  /// Adds windows of a block, each with its weight.
  ///
  /// - Parameter chosen: whether to learn from the windows of an article.
  public func learn(_ block: VectorBlock, where chosen: (UInt64) -> Bool = { _ in true }) {
    for window in 0..<block.windows where chosen(block.article(window)) {
      gather(block, window, into: weights.count, of: moments.buffer)
      weights.append(Double(block.weight(window)))
      windows += 1
      if weights.count == Self.capacity { closeBatch() }
    }
  }

  /// Adds all windows that `other`, of the same form and roles, has learned from.
  public func learn(_ other: LinearFit) {
    closeBatch()
    other.closeBatch()
    moments.add(other.moments)
    windows += other.windows
  }

  private func gather(_ block: VectorBlock, _ window: Int, into row: Int, of matrix: Matrix<Double>) {
    for slot in 0...roles.context {
      matrix.columns(slot * dim..<(slot + 1) * dim).setRow(row, to: block.vector(block.row(window, slot)))
    }
  }

  private func closeBatch() {
    moments.add(rows: weights.count, weights: weights.allSatisfy { $0 == 1 } ? nil : weights)
    weights.removeAll(keepingCapacity: true)
  }

  /// Computes W and b of all windows learned so far.
  ///
  /// - Parameter penalty: as a share of the mean diagonal of the inputs' Gram matrix, 0 or more; ignored in forms
  ///   without one.
  /// - Throws: `.badData` where the contexts do not vary, or vary in too few directions for a penalty of 0.
  public func solve(penalty: Double) throws {
    closeBatch()
    let inputs = 0..<roles.context * dim
    let outputs = inputs.upperBound..<moments.columns
    do {
      slotWeights = form.hasSlotWeights ? try Self.slotWeights(moments, context: roles.context, dim: dim) : []
      map =
        form.takesPenalty
        ? try LinearMap(ridge: moments, inputs: inputs, outputs: outputs, penalty: penalty, toward: slotWeights)
        : LinearMap(slots: slotWeights, moments, inputs: inputs, outputs: outputs)
    } catch {
      throw Failure(
        .badData, "has no solution: the contexts of \(windows) windows do not vary in \(inputs.count) directions",
        hint: penalty > 0 || !form.takesPenalty ? nil : "with --penalty 0.01 there is a solution")
    }
    scores = FitScores(dim: dim)
  }

  /// The weights w that minimize Σ ‖y − Σ w[t] c[t] − b‖² with a free b: of (context) equations whose entries are traces
  /// of blocks of the centred Gram matrix.
  private static func slotWeights(
    _ moments: Moments, context: Int, dim: Int
  ) throws(LinearAlgebraFault) -> [Double] {
    let arena = Arena<Double>()
    let gram = arena.matrix(rows: context, columns: context)
    let weights = arena.matrix(rows: 1, columns: context)
    func trace(_ one: Int, _ other: Int) -> Double {
      (0..<dim).reduce(0) { $0 + moments.centred(one * dim + $1, other * dim + $1) }
    }
    for slot in 0..<context {
      for other in slot..<context { gram[slot, other] = trace(slot, other) }
      weights[0, slot] = trace(slot, context)
    }
    guard (0..<context).allSatisfy({ gram[$0, $0].isFinite }) else { throw .notPositiveDefinite }
    try Cholesky.solve(gram, weights)
    return Array(weights.row(0))
  }

  /// Scores windows of a block, each with weight 1, after `solve`.
  ///
  /// - Parameter chosen: whether to score the windows of an article.
  public func score(_ block: VectorBlock, where chosen: (UInt64) -> Bool = { _ in true }) {
    var count = 0
    for window in 0..<block.windows where chosen(block.article(window)) {
      gather(block, window, into: count, of: batch)
      count += 1
      if count == Self.capacity { scoreBatch(&count) }
    }
    scoreBatch(&count)
  }

  private func scoreBatch(_ count: inout Int) {
    guard count > 0 else { return }
    let (rows, predictions) = (batch.first(count), predictions.first(count))
    map?.apply(rows.columns(0..<roles.context * dim), into: predictions)
    scores.add(predictions, rows.columns(roles.context * dim..<rows.columns))
    count = 0
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

extension VectorBlock {
  /// The article that a window is of: that of its first context chunk.
  fileprivate func article(_ window: Int) -> UInt64 { key(row(window, 0)).article }
}
