/// A figure by which predictors of the same windows are compared, under its name in reports. Larger is better.
public enum SkillFigure: String, CaseIterable, Sendable {
  /// Mean cosine of the predictions with the target.
  case cosine
  /// `cosine` minus the largest mean cosine at any other offset of the sweep.
  case margin
  /// Share of windows whose target has rank 1 among the candidates.
  case recallAt1 = "r_at_1"
  /// Share of windows whose target has a rank up to 5.
  case recallAt5 = "r_at_5"
  /// Mean of 1 / rank.
  case meanReciprocalRank = "mrr"
  /// `r_at_1` where the context's own chunks are no candidates.
  case recallAt1WithoutContext = "r_at_1_without_context"
  /// `r_at_5` where the context's own chunks are no candidates.
  case recallAt5WithoutContext = "r_at_5_without_context"
  /// Mean cosine over the steps of a rollout.
  case rollout
  /// Mean cosine with the target over windows of normal coherence.
  case normalBin = "normal"

  /// The tool whose report has the sums of the figure.
  public var tool: String {
    switch self {
    case .cosine: "ablation-eval"
    case .margin: "offset-sweep"
    case .recallAt1, .recallAt5, .meanReciprocalRank, .recallAt1WithoutContext, .recallAt5WithoutContext:
      "retrieval-rank"
    case .rollout: "rollout-eval"
    case .normalBin: "bins-eval"
    }
  }

  /// How the figure follows from the means of sums with these names.
  ///
  /// - Parameters:
  ///   - names: of the figures in the report's `by_article`.
  ///   - predicted: of an offset sweep, the offset of the predicted chunk.
  /// - Returns: nil where a name is missing.
  public func statistic(_ names: [String], predicted: Int = 1) -> ByArticle.Statistic? {
    func one(_ name: String) -> ByArticle.Statistic? {
      names.firstIndex(of: name).map { index in { means in means[index] } }
    }
    switch self {
    case .cosine: return one("base")
    case .recallAt1, .recallAt1WithoutContext: return one("r_at_1")
    case .recallAt5, .recallAt5WithoutContext: return one("r_at_5")
    case .meanReciprocalRank: return one("mrr")
    case .normalBin: return one("mean_cos")
    case .rollout: return names.isEmpty ? nil : { means in means.reduce(0, +) / Double(means.count) }
    case .margin:
      guard let index = names.firstIndex(of: String(predicted)), names.count >= 2 else { return nil }
      return { OffsetSweep.margin($0, index) }
    }
  }
}
