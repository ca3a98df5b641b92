/// A figure that a gate checks, under the name it has in reports.
public enum Figure: String, CaseIterable, Sendable {
  /// Mean cosine of the predictions with the target minus the largest mean cosine at any other offset.
  case margin
  /// Mean cosine of the predictions with the target.
  case targetCosine = "target_cos"
  /// Share of windows whose target has rank 1 among the candidates.
  case recallAt1 = "r_at_1"
  /// Share of windows whose target has a rank up to 5.
  case recallAt5 = "r_at_5"
  /// Mean of 1 / rank.
  case meanReciprocalRank = "mrr"
  /// Change of the mean cosine with the target where the context's chunks are shuffled.
  case shuffle
  /// The same where their order is reversed.
  case reverse
  /// The same where one of them is dropped, averaged over the slots.
  case dropOne = "drop-one"
  /// The same where all of them are copies of the last.
  case repeatLast = "repeat-last"
  /// The same where they come from another article.
  case crossArticle = "cross-article"
  /// Mean cosine over the steps of a rollout.
  case rollout = "mean_cos"
  /// Mean cosine with the target over windows of normal coherence.
  case normalBin = "normal"
}
