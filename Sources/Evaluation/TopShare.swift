/// The selection of the highest share of many scores; of equal scores the earlier are selected.
public struct TopShare {
  /// How many scores are selected.
  public let count: Int
  private let threshold: Double
  /// How many scores equal to `threshold` are still to be selected.
  private var ties: Int

  /// Finds the threshold.
  ///
  /// - Parameters:
  ///   - share: 0 to 1. It is multiplied by the number of scores and rounded to the nearest whole number, but is at
  ///     least one score where the share is above 0.
  ///   - scores: finite, in the order of the later calls of `next`.
  public init(_ share: Double, of scores: [Double]) {
    let wanted = Int((share * Double(scores.count)).rounded())
    count = share > 0 && !scores.isEmpty ? min(max(wanted, 1), scores.count) : 0
    guard count > 0 else {
      (threshold, ties) = (.infinity, 0)
      return
    }
    let threshold = scores.sorted()[scores.count - count]
    self.threshold = threshold
    ties = count - scores.count { $0 > threshold }
  }

  /// Whether the next score is selected. Call it once for each score, in their order.
  public mutating func next(_ score: Double) -> Bool {
    guard score == threshold, ties > 0 else { return score > threshold }
    ties -= 1
    return true
  }
}
