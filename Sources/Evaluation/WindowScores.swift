internal import Failures
public import Vectors

/// How far the target of a window goes on from its context, one figure a window (`seq-gate`): with n the target and c
/// the context.
public struct WindowScores {
  public enum Score: String, CaseIterable, Sendable {
    /// cos(c[last], n) − cos(c[0], n): 0 where the context is one chunk.
    case signal
    /// cos(c[last], n) − cos(c[last], c[last−1]).
    case delta
    /// cos(c[last], n) − max over j < last of cos(c[j], n).
    case distinct

    /// The score from which a window passes where nothing else is said.
    public var defaultMinimum: Double {
      switch self {
      case .signal: 0.08
      case .delta: 0.03
      case .distinct: 0
      }
    }
  }

  private let score: Score
  private let context: Int
  // Windows that follow each other share but the pair of neighbours at the end of the context.
  private var similarities = Similarities(lags: 1)
  private var block: VectorBlock?

  /// - Throws: `.badData` where the score compares two context chunks and the windows have one.
  public init(_ score: Score, roles: Roles) throws {
    guard score == .signal || roles.context >= 2 else {
      throw Failure(
        .badData, "windows of 1 context chunk have no \(score.rawValue); expected 2 or more",
        hint: "seq-build --ctx 5 makes such windows")
    }
    self.score = score
    context = roles.context
  }

  /// Begins with another block, which must outlive the questions about it.
  public mutating func begin(_ block: VectorBlock) {
    self.block = block
    similarities.begin(block)
  }

  /// The score of a window of the block, whatever its weight: from −2 to 2, and the same bits whatever the frame.
  public mutating func callAsFunction(_ window: Int) -> Double {
    guard let block else { return 0 }
    let target = block.row(window, context)
    let last = block.row(window, context - 1)
    let next = similarities.cosine(last, target)
    switch score {
    case .signal: return context == 1 ? 0 : next - similarities.cosine(block.row(window, 0), target)
    case .delta: return next - similarities.cosine(last, block.row(window, context - 2))
    case .distinct:
      var greatest = -Double.infinity
      for slot in 0..<context - 1 { greatest = max(greatest, similarities.cosine(block.row(window, slot), target)) }
      return next - greatest
    }
  }
}

/// Which of many scores are the highest share of them: of equal ones the earlier.
public struct TopShare {
  /// How many are.
  public let count: Int
  private let threshold: Double
  /// How many that equal `threshold` still are.
  private var ties: Int

  /// - Parameters:
  ///   - share: 0 to 1; of the number of scores, rounded to the nearest whole number, but one at least of any above 0.
  ///   - scores: finite.
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

  /// Whether the next score is among them: ask once for each, in their order.
  public mutating func next(_ score: Double) -> Bool {
    guard score == threshold, ties > 0 else { return score > threshold }
    ties -= 1
    return true
  }
}
