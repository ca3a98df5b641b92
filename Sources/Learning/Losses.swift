public import Kernels

/// The loss terms of one batch, and the gradient of their weighted sum by the raw output.
///
/// `load` takes the cosines that terms are functions of, once; terms add their slopes by cosines, and `finishGradient`
/// turns them into a gradient in one pass. Figures are summed in double precision, in the order of windows: they do not
/// depend on the number of threads. Everything is allocated when this is made.
public final class Losses<Scalar: Real> {
  let dim: Int
  let batchCosines: BatchCosines
  let arena = Arena<Double>()
  let scalars = Arena<Scalar>()
  var batch: LossBatch<Scalar>?

  /// (slots, capacity): lengths of the companions, at least `epsilon`.
  let lengths: Matrix<Double>
  /// (1, capacity): lengths of the outputs.
  let outputLengths: Matrix<Double>
  /// (1, capacity): ‖p − n‖².
  let distances: Matrix<Double>
  /// (1, capacity): weights of the stream, and those that a term counts with.
  let streamWeights: Matrix<Double>
  let weights: Matrix<Double>
  /// (2, capacity): cos(c[last], n) and cos(c[last], c[last−1]), once a gate or a recipe asks.
  let lastCosines: Matrix<Double>
  /// (1, capacity): ‖n‖².
  let targetSquares: Matrix<Double>
  var hasLastCosines = false
  /// (1, capacity): the gradient's factors of p and of n that come from no cosine.
  let outputFactors: Matrix<Double>
  let targetFactors: Matrix<Double>
  /// (capacity, capacity): products of outputs and targets, then what targets are multiplied with on the way back.
  let cross: Matrix<Scalar>
  var hasCross = false
  /// (capacity, dim): Σ cᵢ.
  let centroids: Matrix<Scalar>
  var columns: ColumnLosses<Scalar>

  /// Lengths below this count as this, as in u(x): no cosine is NaN.
  static var epsilon: Double { 1e-8 }

  /// - Parameters:
  ///   - capacity: windows of the largest batch.
  ///   - contexts, negatives, futures: slots of a window.
  public init(capacity: Int, dim: Int, contexts: Int, negatives: Int = 0, futures: Int = 0) {
    precondition(capacity >= 1 && contexts >= 1, "windows with context")
    self.dim = dim
    batchCosines = BatchCosines(capacity: capacity, contexts: contexts, negatives: negatives, futures: futures)
    lengths = arena.matrix(rows: batchCosines.slots, columns: capacity)
    outputLengths = arena.matrix(rows: 1, columns: capacity)
    distances = arena.matrix(rows: 1, columns: capacity)
    streamWeights = arena.matrix(rows: 1, columns: capacity)
    weights = arena.matrix(rows: 1, columns: capacity)
    lastCosines = arena.matrix(rows: 2, columns: capacity)
    targetSquares = arena.matrix(rows: 1, columns: capacity)
    outputFactors = arena.matrix(rows: 1, columns: capacity)
    targetFactors = arena.matrix(rows: 1, columns: capacity)
    cross = scalars.matrix(rows: capacity, columns: capacity)
    centroids = scalars.matrix(rows: capacity, columns: dim)
    columns = ColumnLosses(dim: dim)
  }

  /// The value of a term.
  ///
  /// - Parameter gate: weights of windows besides those of the stream; `moment` and `variance` take none.
  public func value(of term: LossTerm, gate: DirectionalGate? = nil) -> Double {
    evaluate(term, gate: gate, factor: 0)
  }

  /// Adds the gradient of `weight` times a term.
  ///
  /// - Returns: the value of the term, without the weight.
  @discardableResult
  public func addGradient(of term: LossTerm, weight: Double, gate: DirectionalGate? = nil) -> Double {
    evaluate(term, gate: gate, factor: weight)
  }

  private func evaluate(_ term: LossTerm, gate: DirectionalGate?, factor: Double) -> Double {
    guard let batch, batch.windows > 0 else { return 0 }
    setWeights(gate)
    switch term {
    case .mse: return meanSquaredError(factor)
    case .norm: return norm(factor)
    case .moment: return columns.moment(batch.output, batch.target, factor)
    case .variance: return columns.variance(batch.output, batch.target, factor)
    case .infoNCE, .symmetricInfoNCE, .listwise: loadCross()
    default: break
    }
    return batchCosines.evaluate(term, weights, factor)
  }

  private func meanSquaredError(_ factor: Double) -> Double {
    let windows = batchCosines.windows
    let entries = Double(windows * dim)
    var sum = 0.0
    for window in 0..<windows {
      sum += weights[0, window] * distances[0, window]
      let slope = 2 * factor * weights[0, window] / entries
      outputFactors[0, window] += slope
      targetFactors[0, window] -= slope
    }
    return sum / entries
  }

  private func norm(_ factor: Double) -> Double {
    let windows = batchCosines.windows
    var sum = 0.0
    for window in 0..<windows {
      let length = outputLengths[0, window]
      sum += weights[0, window] * (length - 1) * (length - 1)
      guard length >= Self.epsilon else { continue }
      outputFactors[0, window] += 2 * factor * weights[0, window] / Double(windows) * (length - 1) / length
    }
    return sum / Double(windows)
  }
}

extension BatchCosines {
  /// A term that is a function of cosines.
  func evaluate(_ term: LossTerm, _ weights: Matrix<Double>, _ factor: Double) -> Double {
    switch term {
    case .directionalHinge(let margin), .previousRepel(let margin):
      pairs(with: .previous, weights, factor: factor) { .hinge($0, $1, margin: margin) }
    case .directionalSmooth(let margin, let gamma):
      pairs(with: .previous, weights, factor: factor) { .smooth($0, $1, margin: margin, gamma: gamma) }
    case .gapRatio(let gapMargin, let ratioMargin, let gamma, let alpha):
      pairs(with: .previous, weights, factor: factor) {
        .smooth($0, $1, margin: gapMargin, gamma: gamma) * alpha
          + .ratio($0, $1, margin: ratioMargin, gamma: gamma) * (1 - alpha)
      }
    case .positiveFloor(let threshold):
      pairs(with: .next, weights, factor: factor) { next, _ in .floor(next, threshold: threshold) }
    case .orthogonality:
      pairs(with: .previous, weights, factor: factor) { PairLoss(value: $1 * $1, byNext: 0, byOther: 2 * $1) }
    case .antiCopyHinge(let margin):
      (0..<contexts).reduce(0) { sum, slot in
        sum
          + pairs(with: .context(slot), weights, factor: factor / Double(contexts)) { .hinge($0, $1, margin: margin) }
          / Double(contexts)
      }
    case .futureMargin(let margin):
      (0..<futures).reduce(0) { sum, slot in
        sum + pairs(with: .future(slot), weights, factor: factor) { .hinge($0, $1, margin: margin) }
      }
    case .microDirectional(let gamma, let margin):
      pairs(with: .context(contexts - 1), weights, factor: factor) {
        .smooth($0, $1, margin: margin, gamma: gamma) * gamma
      }
    case .teacherPull(let threshold): teacherPull(threshold: threshold, weights, factor: factor)
    case .infoNCE(let temperature):
      ranking(temperature: temperature, others: windows - 1, weights, factor: factor)
    case .listwise(let temperature, let others):
      ranking(temperature: temperature, others: min(others, windows - 1), weights, factor: factor)
    case .symmetricInfoNCE(let temperature): symmetricRanking(temperature: temperature, weights, factor: factor)
    case .mse, .norm, .moment, .variance: preconditionFailure("no function of cosines")
    }
  }
}
