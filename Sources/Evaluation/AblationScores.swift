public import Vectors

/// What predictions lose when the contexts they were made from are damaged (`ablation-eval`): the mean cosine with the
/// target, for the predictions themselves and for sets of ablated ones. Definitions are in docs/metrics.md.
///
/// Memory: a few numbers for each article, and a bit for each chunk.
public struct AblationScores {
  /// Windows that count.
  public private(set) var windows = 0
  /// Predictions and targets of norm 0, whose cosine with everything is 0.
  public var zeroVectors: Int { zeroPredictions + store.zeroVectors }
  /// Articles of those windows.
  public var articles: Int { sums.articles }
  /// Sets of ablated predictions.
  public let ablations: Int

  private let store: ArticleStore
  private var first: FirstPredictions
  private var zeroPredictions = 0
  private var sums: ArticleSums
  /// (1 + ablations): the current window's cosines.
  private var row: [Double]

  /// Starts without windows.
  ///
  /// - Parameters:
  ///   - store: the chunks that are predicted.
  ///   - ablations: how many sets of ablated predictions each window has.
  public init(_ store: ArticleStore, ablations: Int) {
    self.store = store
    self.ablations = ablations
    first = FirstPredictions(store)
    sums = ArticleSums(figures: 1 + ablations)
    row = [Double](repeating: 0, count: 1 + ablations)
  }

  /// Adds the predictions of one window.
  ///
  /// - Parameters:
  ///   - key: the key of the chunk that all of them predict.
  ///   - prediction: from the window as it is, (dim of the store).
  ///   - ablated: the prediction of ablation 0, 1, …, of the same dim.
  /// - Throws: `.badData` where there is no such chunk, or an earlier window has the same target; what reading chunks
  ///   throws.
  public mutating func add(
    _ key: Key, _ prediction: UnsafeBufferPointer<Float>, ablated: (Int) -> UnsafeBufferPointer<Float>
  ) throws {
    let (_, position) = try first.record(key, store)
    let (target, inverse) = try store.vector(at: position)
    for index in row.indices {
      let vector = index == 0 ? prediction : ablated(index - 1)
      let inverseNorm = Similarities.inverseNorm(vector)
      if inverseNorm == 0 { zeroPredictions += 1 }
      row[index] = Similarities.cosine(vector, inverseNorm, target, inverse)
    }
    sums.add(row, article: key.article)
    windows += 1
  }
}

extension AblationScores {
  /// The mean cosines over all windows, and their differences.
  public struct Figures: Sendable {
    /// Mean cosine of the predictions with the target.
    public let base: Estimate
    /// (1 + ablations).
    private let means: [Double]
    private let resampled: ResampledMeans?

    fileprivate init(_ means: [Double], _ resampled: ResampledMeans?) {
      self.means = means
      self.resampled = resampled
      base = Estimate(means[0], interval: resampled?.interval95 { $0[0] })
    }

    /// The mean cosine of some ablations, averaged, minus that of the predictions. Its interval comes from a bootstrap
    /// over articles; there is none for fewer than two articles.
    ///
    /// - Parameter ablations: their numbers, at least one.
    public func delta(of ablations: [Int]) -> Estimate {
      precondition(!ablations.isEmpty, "no ablation to average")
      func delta(_ means: UnsafeBufferPointer<Double>) -> Double {
        ablations.reduce(0) { $0 + means[1 + $1] } / Double(ablations.count) - means[0]
      }
      return Estimate(means.withUnsafeBufferPointer(delta), interval: resampled?.interval95(delta))
    }
  }

  /// The figures over all windows. Call it after the last window; there must be at least one.
  ///
  /// - Parameter seed: of the bootstrap.
  public mutating func figures(seed: UInt64) -> Figures {
    let means = sums.means()
    return Figures(means, Bootstrap.means(&sums, seed: seed))
  }

  /// The cosines with the target of each article: `base`, and those of the ablations under `names`. Call it after the
  /// last window.
  ///
  /// - Parameter names: (ablations).
  public mutating func byArticle(_ names: [String]) -> ByArticle { sums.byArticle(["base"] + names) }
}
