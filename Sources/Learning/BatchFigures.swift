internal import Kernels

/// The numbers of a batch that loss terms are functions of, and the slopes of the loss by them: all in double precision,
/// whatever the vectors are in.
public final class BatchFigures {
  /// The most windows of a batch.
  let capacity: Int
  let dim: Int
  /// Slots of a window of each role.
  let contexts, negatives, futures: Int
  private let arena = Arena<Double>()

  /// (slots, capacity): the cosine of window b's output with each vector it is compared with.
  let cosines: Matrix<Double>
  /// (slots, capacity): the loss's slopes by them.
  let slopes: Matrix<Double>
  /// (capacity, capacity): cos(p_i, n_j), if a term needs it.
  let cross: Matrix<Double>
  /// (capacity, capacity): the loss's slopes by them.
  let crossSlopes: Matrix<Double>
  /// (1, capacity): ‖p‖, and ‖p − n‖².
  let outputLengths, distances: Matrix<Double>
  /// (1, capacity): the weights that windows count with in the present term.
  let weights: Matrix<Double>
  /// (1, capacity): the gradient's factors of p and of n that come from no cosine.
  let outputFactors, targetFactors: Matrix<Double>
  let columns: ColumnFigures
  /// (1, slots + capacity): where a softmax is computed.
  private let softmaxScores: Matrix<Double>
  /// The windows of the batch.
  var windows = 0

  /// Lengths below this count as this in u(x). Cosines have no such bound.
  static var epsilon: Double { 1e-8 }

  init(capacity: Int, dim: Int, contexts: Int, negatives: Int, futures: Int) {
    (self.capacity, self.dim) = (capacity, dim)
    (self.contexts, self.negatives, self.futures) = (contexts, negatives, futures)
    let (slots, arena) = (3 + contexts + negatives + futures, arena)
    func row() -> Matrix<Double> { arena.matrix(rows: 1, columns: capacity) }
    cosines = arena.matrix(rows: slots, columns: capacity)
    slopes = arena.matrix(rows: slots, columns: capacity)
    cross = arena.matrix(rows: capacity, columns: capacity)
    crossSlopes = arena.matrix(rows: capacity, columns: capacity)
    (outputLengths, distances, weights, outputFactors, targetFactors) = (row(), row(), row(), row(), row())
    softmaxScores = arena.matrix(rows: 1, columns: slots + capacity)
    columns = ColumnFigures(dim: dim)
  }

  var slots: Int { cosines.rows }

  /// The cosine of vectors with this inner product, whose lengths have this product: 0 where one of them is 0.
  static func cosine(_ product: Double, lengths: Double) -> Double { lengths > 0 ? product / lengths : 0 }

  /// The row of a compared vector in `cosines`.
  func slot(_ vector: ComparedVector) -> Int {
    switch vector {
    case .next: 0
    case .previous: 1
    case .centroid: 2
    case .context(let index): 3 + checked(index, contexts)
    case .negative(let index): 3 + contexts + checked(index, negatives)
    case .future(let index): 3 + contexts + negatives + checked(index, futures)
    }
  }

  private func checked(_ index: Int, _ count: Int) -> Int {
    precondition(index >= 0 && index < count, "slot \(index) of \(count)")
    return index
  }

  /// A loss of cos(p, n) and the cosine with one other vector: the mean over windows of weight times `loss`, whose slopes
  /// times `factor` are added.
  func pairs(with vector: ComparedVector, factor: Double, _ loss: (Double, Double) -> PairLoss) -> Double {
    let other = slot(vector)
    var sum = 0.0
    for window in 0..<windows {
      let pair = loss(cosines[0, window], cosines[other, window])
      let share = factor * weights[0, window] / Double(windows)
      slopes[0, window] += share * pair.byNext
      slopes[other, window] += share * pair.byOther
      sum += weights[0, window] * pair.value
    }
    return windows > 0 ? sum / Double(windows) : 0
  }
}

// MARK: Rankings by softmax

extension BatchFigures {
  /// −log softmax of the target among target, previous, negatives and the targets of the `others` windows that follow
  /// in the batch, the first after the last; the mean over windows of weight times that.
  func ranking(temperature: Double, others: Int, factor: Double) -> Double {
    let candidates = softmaxScores.columns(0..<2 + negatives + others)
    var sum = 0.0
    for window in 0..<windows {
      candidates[0, 0] = cosines[0, window]
      candidates[0, 1] = cosines[1, window]
      for index in 0..<negatives { candidates[0, 2 + index] = cosines[slot(.negative(index)), window] }
      for index in 0..<others { candidates[0, 2 + negatives + index] = cross[window, following(window, index)] }
      sum += weights[0, window] * Self.softmax(candidates, of: 0, temperature)
      let share = factor * weights[0, window] / Double(windows) / temperature
      slopes[0, window] += share * (candidates[0, 0] - 1)
      slopes[1, window] += share * candidates[0, 1]
      for index in 0..<negatives { slopes[slot(.negative(index)), window] += share * candidates[0, 2 + index] }
      for index in 0..<others {
        crossSlopes[window, following(window, index)] += share * candidates[0, 2 + negatives + index]
      }
    }
    return windows > 0 ? sum / Double(windows) : 0
  }

  /// The window that comes `index` + 1 after another, starting again at the end.
  private func following(_ window: Int, _ index: Int) -> Int { (window + 1 + index) % windows }

  /// Scores for `softmax`, in memory that the next call reuses.
  func scores(_ count: Int, _ score: (Int) -> Double) -> Matrix<Double> {
    let scores = softmaxScores.columns(0..<count)
    for index in 0..<count { scores[0, index] = score(index) }
    return scores
  }

  /// Replaces cosines by their softmax at a temperature.
  ///
  /// - Returns: −log of the softmax of one of them, without overflow.
  static func softmax(_ scores: Matrix<Double>, of own: Int, _ temperature: Double) -> Double {
    let scores = scores.row(0)
    let largest = scores.reduce(-.infinity, max) / temperature
    let lead = largest - scores[own] / temperature
    var sum = 0.0
    for i in scores.indices {
      scores[i] = Double.exponential(scores[i] / temperature - largest)
      sum += scores[i]
    }
    for i in scores.indices { scores[i] /= sum }
    return lead + Double.logarithm(sum)
  }
}
