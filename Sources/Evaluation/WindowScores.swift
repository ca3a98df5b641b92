internal import Failures
public import Vectors

/// How much the target of a window differs from its context, as one figure a window (`seq-gate`). In the formulas, n is
/// the target and c the context.
public struct WindowScores {
  /// A figure of one window, under the name it has on the command line.
  public enum Score: String, CaseIterable, Sendable {
    /// cos(c[last], n) − cos(c[0], n): 0 where the context is one chunk.
    case signal
    /// cos(c[last], n) − cos(c[last], c[last−1]).
    case delta
    /// cos(c[last], n) − max over j < last of cos(c[j], n).
    case distinct

    /// The smallest score with which a window passes, unless the command line says otherwise.
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
  // Of the pairs compared here, consecutive windows share only the one at the end of the context.
  private var similarities = Similarities(lags: 1)
  private var block: VectorBlock?

  /// Starts without a block.
  ///
  /// - Throws: `.badData` where the score compares two context chunks and the windows have one.
  public init(_ score: Score, roles: Roles) throws {
    guard score == .signal || roles.context >= 2 else {
      throw Failure(
        .badData, "expected windows of 2 or more context chunks for \(score.rawValue), found 1",
        hint: "seq-build --ctx 5 makes such windows")
    }
    self.score = score
    context = roles.context
  }

  /// Turns to another block, which must stay valid as long as its scores are asked for.
  public mutating func begin(_ block: VectorBlock) {
    self.block = block
    similarities.begin(block)
  }

  /// The score of a window of the block, from −2 to 2. It depends neither on the window's weight nor, to the last bit,
  /// on the frame in which the window is.
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
