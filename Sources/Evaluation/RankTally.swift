/// The ranks of targets among candidates, window by window.
struct RankTally {
  private(set) var windows = 0
  /// Of each article: windows at rank 1, up to rank 5, and reciprocal ranks.
  private var sums = ArticleSums(figures: 3)
  /// How many windows have each rank.
  private var ranks: [Int: Int] = [:]
  private var chance = (recallAt1: 0.0, recallAt5: 0.0)

  /// Articles of the windows.
  var articles: Int { sums.articles }

  /// Adds a window.
  ///
  /// - Parameter candidates: how many chunks could have been the target, 1 or more.
  mutating func record(rank: Int, of candidates: Int, article: UInt64) {
    windows += 1
    sums.add([rank == 1 ? 1 : 0, rank <= 5 ? 1 : 0, 1 / Double(rank)], article: article)
    ranks[rank, default: 0] += 1
    chance.recallAt1 += 1 / Double(candidates)
    chance.recallAt5 += min(1, 5 / Double(candidates))
  }

  /// The figures over all windows, of which there must be at least one.
  ///
  /// - Parameter seed: of the bootstrap.
  mutating func figures(seed: UInt64) -> RetrievalRank.Figures {
    let means = sums.means()
    let resampled = Bootstrap.means(&sums, seed: seed)
    let total = ranks.reduce(0.0) { $0 + Double($1.key) * Double($1.value) }
    let count = Double(windows)
    return RetrievalRank.Figures(
      recallAt1: means[0], recallAt5: means[1], meanReciprocalRank: means[2], meanRank: total / count,
      medianRank: medianRank,
      chanceRecallAt1: chance.recallAt1 / count, chanceRecallAt5: chance.recallAt5 / count,
      intervals: resampled.map { resampled in means.indices.map { figure in resampled.interval95 { $0[figure] } } })
  }

  /// The sums of each article, under the names of reports.
  mutating func byArticle() -> ByArticle { sums.byArticle(["r_at_1", "r_at_5", "mrr"]) }

  /// The rank in the middle; of an even number of windows the mean of the two.
  private var medianRank: Double {
    let ordered = ranks.sorted { $0.key < $1.key }
    func rank(at index: Int) -> Int {
      var passed = 0
      for (rank, count) in ordered {
        passed += count
        if index < passed { return rank }
      }
      return 0
    }
    return Double(rank(at: (windows - 1) / 2) + rank(at: windows / 2)) / 2
  }
}
