public import Vectors

/// What predictions lose when the context they were made of is damaged (`ablation-eval`): the mean cosine with the
/// target, of the predictions themselves and of some sets of ablated ones. Definitions stand in docs/metrics.md.
///
/// Memory: a few numbers for each article, and a bit for each chunk.
public struct AblationScores {
  public private(set) var windows = 0
  /// Predictions and targets of norm 0, whose cosine with everything is 0.
  public var zeroVectors: Int { zeroPredictions + store.zeroVectors }
  public var articles: Int { sums.articles }
  /// Sets of ablated predictions.
  public let ablations: Int

  private let store: ArticleStore
  private var first: FirstPredictions
  private var zeroPredictions = 0
  private var sums: ArticleSums
  /// (1 + ablations): the present window's cosines.
  private var row: [Double]

  public init(_ store: ArticleStore, ablations: Int) {
    self.store = store
    self.ablations = ablations
    first = FirstPredictions(store)
    sums = ArticleSums(figures: 1 + ablations)
    row = [Double](repeating: 0, count: 1 + ablations)
  }

  /// Takes in the predictions of one window.
  ///
  /// - Parameters:
  ///   - key: of the chunk that all of them predict.
  ///   - prediction: of the window as it is, (dim of the store).
  ///   - ablated: the prediction of each ablation, likewise.
  /// - Throws: `.badData` where there is no such chunk, or a window with this target came before; what reading chunks
  ///   throws.
  public mutating func add(
    _ key: Key, _ prediction: UnsafeBufferPointer<Float>, ablated: (Int) -> UnsafeBufferPointer<Float>
  ) throws {
    let (_, place) = try first.enter(key, store)
    let (target, inverse) = try store.vector(at: place)
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
  /// What the ablations took, over all windows.
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

    /// The mean cosine of some ablations, averaged, less that of the predictions, with its interval from a bootstrap
    /// over articles; none for fewer than two articles.
    ///
    /// - Parameter ablations: their numbers, at least one.
    public func delta(of ablations: [Int]) -> Estimate {
      precondition(!ablations.isEmpty, "ablations to average")
      func delta(_ means: UnsafeBufferPointer<Double>) -> Double {
        ablations.reduce(0) { $0 + means[1 + $1] } / Double(ablations.count) - means[0]
      }
      return Estimate(means.withUnsafeBufferPointer(delta), interval: resampled?.interval95(delta))
    }
  }

  /// Call it once all windows are in: at least one.
  public mutating func figures(seed: UInt64) -> Figures {
    let means = sums.means()
    return Figures(means, Bootstrap.means(&sums, seed: seed))
  }
}
