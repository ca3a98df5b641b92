public import Vectors

/// The penalty of ridge regression that suits articles which the fit has not seen.
///
/// A fifth of the articles is held out. For each candidate the map of the others is scored on the held-out windows by
/// mean cosine; the candidate with the highest wins, the smaller of equals. The final fit is of all articles.
public struct PenaltySearch {
  /// One candidate.
  public struct Trial: Hashable, Sendable {
    /// As a share of the mean diagonal of the inputs' Gram matrix.
    public let penalty: Double
    /// Mean cosine with the held-out targets, −1 to 1.
    public let meanCosine: Double
    /// R² over the held-out windows, at most 1; nil where their targets do not vary.
    public let rSquared: Double?
  }

  /// The candidates, ascending.
  public static let penalties = [0.001, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100]

  /// A score for each candidate, in their order; empty before `run`.
  public private(set) var trials: [Trial] = []
  /// The articles that the search holds out.
  public let heldOut: Set<UInt64>

  /// Holds out a fifth of the articles, at least one, chosen by a seeded hash of the article.
  ///
  /// - Parameter articles: at least two, for a search to mean anything.
  public init(articles: Set<UInt64>, seed: UInt64) {
    let base = mixed(seed ^ 0x70_656E_616C_7479)
    let ordered = articles.map { (mixed(base ^ $0), $0) }.sorted { $0 < $1 }
    heldOut = Set(ordered.prefix(max(1, (articles.count + 2) / 5)).map(\.1))
  }

  /// Tries every candidate and leaves `fit` solved with the best, of all articles.
  ///
  /// - Parameters:
  ///   - fit, other: without windows, of one form that takes a penalty.
  ///   - read: passes all blocks to its argument, the same in each call.
  /// - Returns: the best penalty.
  /// - Throws: `.badData` where there is no solution; what `read` throws.
  public mutating func run(
    _ fit: LinearFit, _ other: LinearFit, read: ((VectorBlock) throws -> Void) throws -> Void
  ) throws -> Double {
    let heldOut = heldOut
    try read { block in
      fit.learn(block) { !heldOut.contains($0) }
      other.learn(block) { heldOut.contains($0) }
    }
    for penalty in Self.penalties {
      try fit.solve(penalty: penalty)
      try read { block in fit.score(block) { heldOut.contains($0) } }
      trials.append(Trial(penalty: penalty, meanCosine: fit.scores.meanCosine, rSquared: fit.scores.rSquared))
    }
    var best = trials[0]
    for trial in trials where trial.meanCosine > best.meanCosine { best = trial }
    fit.learn(other)
    try fit.solve(penalty: best.penalty)
    return best.penalty
  }
}
