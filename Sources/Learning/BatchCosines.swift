internal import Kernels

/// The cosines of a batch's outputs with their companions and with all targets, and the slopes of a loss by them: all
/// in double precision, whatever the vectors are in.
final class BatchCosines {
  let capacity: Int
  let contexts: Int
  let negatives: Int
  let futures: Int
  private let arena = Arena<Double>()

  /// (slots, capacity): the cosine of window b's output with each companion.
  let cosines: Matrix<Double>
  /// (slots, capacity): the loss's slopes by them.
  let slopes: Matrix<Double>
  /// (capacity, capacity): cos(p_i, n_j), once a term has asked for it.
  let cross: Matrix<Double>
  /// (capacity, capacity): the loss's slopes by them.
  let crossSlopes: Matrix<Double>
  /// (1, slots + capacity): what a softmax is computed in.
  private let scores: Matrix<Double>
  /// The windows of the batch.
  var windows = 0

  init(capacity: Int, contexts: Int, negatives: Int, futures: Int) {
    self.capacity = capacity
    self.contexts = contexts
    self.negatives = negatives
    self.futures = futures
    let slots = 3 + contexts + negatives + futures
    cosines = arena.matrix(rows: slots, columns: capacity)
    slopes = arena.matrix(rows: slots, columns: capacity)
    cross = arena.matrix(rows: capacity, columns: capacity)
    crossSlopes = arena.matrix(rows: capacity, columns: capacity)
    scores = arena.matrix(rows: 1, columns: slots + capacity)
  }

  var slots: Int { cosines.rows }

  /// The row of a companion.
  func slot(_ companion: Companion) -> Int {
    switch companion {
    case .next: 0
    case .previous: 1
    case .centroid: 2
    case .context(let index): 3 + checked(index, contexts)
    case .negative(let index): 3 + contexts + checked(index, negatives)
    case .future(let index): 3 + contexts + negatives + checked(index, futures)
    }
  }

  private func checked(_ index: Int, _ count: Int) -> Int {
    precondition(index >= 0 && index < count, "a slot that exists")
    return index
  }

  /// A loss of cos(p, n) and the cosine of one companion: the mean over windows of weight times `loss`, whose slopes
  /// times `factor` are added.
  func pairs(
    with companion: Companion, _ weights: Matrix<Double>, factor: Double, _ loss: (Double, Double) -> PairLoss
  ) -> Double {
    let other = slot(companion)
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

  /// The mean over windows of weight times 1 − cos(p, n), over those whose cosine is below the threshold.
  func teacherPull(threshold: Double, _ weights: Matrix<Double>, factor: Double) -> Double {
    let low = (0..<windows).reduce(0) { $0 + (cosines[0, $1] < threshold ? 1 : 0) }
    guard low > 0 else { return 0 }
    var sum = 0.0
    for window in 0..<windows where cosines[0, window] < threshold {
      sum += weights[0, window] * (1 - cosines[0, window])
      slopes[0, window] -= factor * weights[0, window] / Double(low)
    }
    return sum / Double(low)
  }
}

extension BatchCosines {
  /// −log softmax of the target among target, previous, negatives and the targets of the `others` windows that follow
  /// in the batch, the first after the last; the mean over windows of weight times that.
  func ranking(temperature: Double, others: Int, _ weights: Matrix<Double>, factor: Double) -> Double {
    let candidates = scores.columns(0..<2 + negatives + others)
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

  /// The window `index` + 1 places after another, going round.
  private func following(_ window: Int, _ index: Int) -> Int { (window + 1 + index) % windows }

  /// The cross-entropies of the matrix cos(p_i, n_j)/T by rows and by columns, weighted, their means added.
  func symmetricRanking(temperature: Double, _ weights: Matrix<Double>, factor: Double) -> Double {
    guard windows > 0 else { return 0 }
    let candidates = scores.columns(0..<windows)
    var sum = 0.0
    for own in 0..<windows {
      let share = factor * weights[0, own] / Double(windows) / temperature
      for other in 0..<windows { candidates[0, other] = cross[own, other] }
      sum += weights[0, own] * Self.softmax(candidates, of: own, temperature)
      for other in 0..<windows { crossSlopes[own, other] += share * (candidates[0, other] - (other == own ? 1 : 0)) }
      for other in 0..<windows { candidates[0, other] = cross[other, own] }
      sum += weights[0, own] * Self.softmax(candidates, of: own, temperature)
      for other in 0..<windows { crossSlopes[other, own] += share * (candidates[0, other] - (other == own ? 1 : 0)) }
    }
    return sum / Double(windows)
  }

  /// Replaces cosines by their softmax at a temperature.
  ///
  /// - Returns: −log of the softmax of one of them, without overflow.
  private static func softmax(_ scores: Matrix<Double>, of own: Int, _ temperature: Double) -> Double {
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
