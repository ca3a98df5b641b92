internal import Failures
public import Vectors

/// Whether predictions find their targets (`retrieval-rank`): the rank of the target among candidates by cosine with
/// the prediction, 1 + the number that are strictly closer. Definitions are in docs/metrics.md.
///
/// Memory: about 50 MiB for a batch, one article, a few numbers for each article and each rank that occurs, and a bit
/// for each chunk.
public struct RetrievalRank {
  /// The chunks among which the target is ranked.
  public enum Scope: String, CaseIterable, Sendable {
    /// Those of the target's article.
    case article
    /// Those of all articles.
    case all
  }

  /// Where the context chunks of a window are.
  public struct Context: Hashable, Sendable {
    /// Chunks of context, 1 or more.
    public var count: Int
    /// Chunks from the last of them to the target, 1 or more.
    public var offset: Int

    /// `count` context chunks, the last of them `offset` before the target.
    public init(count: Int, offset: Int) {
      self.count = count
      self.offset = offset
    }
  }

  /// Windows that count.
  public var windows: Int { all.windows }
  /// Windows that do not, since their article has fewer than the minimum of chunks.
  public private(set) var shortArticle = 0
  /// First predictions and candidates of norm 0, whose cosine with everything is 0.
  public var zeroVectors: Int { zeroPredictions + (zeroCandidates ?? store.zeroVectors) }
  /// Articles of the windows that count.
  public var articles: Int { all.articles }

  private let store: ArticleStore
  private let scope: Scope
  private let minimumChunks: Int
  private let excluded: Context?
  private var first: FirstPredictions
  private var zeroPredictions = 0
  /// Zero vectors among all chunks; nil before they have been candidates.
  private var zeroCandidates: Int?
  private let batch: RankBatch
  /// Of each of the batch's predictions: its article, the chunks of its context that exist, and how many of them are
  /// closer to it than its target.
  private var batched: [(article: UInt64, context: Int, closer: Int)] = []
  /// The candidates of the batch, where they are one article.
  private var article: ArticleIndex.Entry?
  private var buffer: [Float] = []

  private var all = RankTally()
  private var withoutContext = RankTally()

  /// Starts without windows.
  ///
  /// - Parameters:
  ///   - store: the candidates.
  ///   - minimumChunks: windows of articles with fewer chunks are skipped.
  ///   - excluded: the chunks that are left out of the candidates for `figuresWithoutContext`; nil for no such figures.
  ///   - product: computes all inner products of a batch with its candidates.
  public init(
    _ store: ArticleStore, scope: Scope, minimumChunks: Int, excluding excluded: Context? = nil,
    product: @escaping PairwiseProduct
  ) {
    self.store = store
    self.scope = scope
    self.minimumChunks = minimumChunks
    self.excluded = excluded
    first = FirstPredictions(store)
    batch = RankBatch(dim: store.dim, maximum: min(4096, store.index.chunks), product: product)
  }

  /// Adds the predictions of step 1 of a block, whose dim is the store's.
  ///
  /// - Throws: `.badData` where there is no chunk that a prediction is of, or two predictions are of one chunk;
  ///   what reading chunks throws.
  public mutating func add(_ block: VectorBlock) throws {
    for prediction in 0..<block.rows where block.steps[prediction] == 1 {
      let key = block.key(prediction)
      // The previous batch needs the store for its own article.
      if scope == .article, let article, article.article != key.article { try rankBatch() }
      let (entry, position) = try first.record(key, store)
      let inverseNorm = Similarities.inverseNorm(block.vector(prediction))
      if inverseNorm == 0 { zeroPredictions += 1 }
      guard entry.count >= minimumChunks else {
        shortArticle += 1
        continue
      }
      article = entry
      let (target, targetInverseNorm) = try store.vector(at: position)
      batch.append(block.vector(prediction), inverseNorm, target: target, targetInverseNorm)
      let own = Similarities.cosine(block.vector(prediction), inverseNorm, target, targetInverseNorm)
      let context = try context(of: key, block.vector(prediction), inverseNorm, closerThan: own)
      batched.append((key.article, context.count, context.closer))
      if batch.isFull { try rankBatch() }
    }
  }

  /// The context chunks that exist, and how many are closer to the prediction than its target is.
  private func context(
    of target: Key, _ prediction: UnsafeBufferPointer<Float>, _ inverseNorm: Double, closerThan own: Double
  ) throws -> (count: Int, closer: Int) {
    guard let excluded else { return (0, 0) }
    var (count, closer) = (0, 0)
    for slot in 0..<excluded.count {
      guard let position = store.position(of: Int(target.chunk) - excluded.offset - slot) else { continue }
      let (chunk, chunkInverseNorm) = try store.vector(at: position)
      count += 1
      if Similarities.cosine(prediction, inverseNorm, chunk, chunkInverseNorm) > own { closer += 1 }
    }
    return (count, closer)
  }

  /// Ranks the predictions that are left in the batch. Call it after the last prediction.
  ///
  /// - Throws: what reading chunks throws.
  public mutating func finish() throws { try rankBatch() }

  private mutating func rankBatch() throws {
    guard batch.count > 0, let article else { return }
    let candidates: Int
    switch scope {
    case .article:
      store.select(article)
      let (vectors, inverseNorms) = try store.all()
      batch.compare(vectors, inverseNorms)
      candidates = article.count
    case .all:
      try compareWithAll()
      candidates = store.index.chunks
    }
    for (prediction, window) in batched.enumerated() {
      let rank = batch.closer[prediction] + 1
      all.record(rank: rank, of: candidates, article: window.article)
      guard excluded != nil else { continue }
      withoutContext.record(
        rank: rank - window.closer, of: candidates - window.context, article: window.article)
    }
    batch.removeAll()
    batched.removeAll(keepingCapacity: true)
  }

  private mutating func compareWithAll() throws {
    let dim = store.dim
    let rows = batch.tileRows
    if buffer.isEmpty { buffer = [Float](repeating: 0, count: rows * dim) }
    var zeros = 0
    for start in stride(from: 0, to: store.index.chunks, by: rows) {
      let range = start..<min(start + rows, store.index.chunks)
      try buffer.withUnsafeMutableBufferPointer { buffer in
        let part = UnsafeMutableBufferPointer(rebasing: buffer[..<(range.count * dim)])
        try store.read(range, into: part)
        let inverseNorms = (0..<range.count).map {
          Similarities.inverseNorm(UnsafeBufferPointer(rebasing: part[$0 * dim..<($0 + 1) * dim]))
        }
        zeros += inverseNorms.count { $0 == 0 }
        batch.compare(UnsafeBufferPointer(part), inverseNorms)
      }
    }
    zeroCandidates = zeros
  }
}

extension RetrievalRank {
  /// The ranks of all windows, summed up.
  public struct Figures: Sendable {
    /// The share of windows whose target has rank 1, 0 to 1.
    public var recallAt1: Double
    /// The share of windows whose target has a rank up to 5, 0 to 1.
    public var recallAt5: Double
    /// The mean of 1 / rank, above 0, at most 1.
    public var meanReciprocalRank: Double
    /// The mean rank, 1 or more.
    public var meanRank: Double
    /// The median rank; of an even number of windows the mean of the middle two.
    public var medianRank: Double
    /// The expected `recallAt1` of predictions that are independent of the text.
    public var chanceRecallAt1: Double
    /// The expected `recallAt5` of such predictions.
    public var chanceRecallAt5: Double
    /// 95% intervals of `recallAt1`, `recallAt5` and `meanReciprocalRank` from a bootstrap over articles; nil for fewer
    /// than two articles.
    public var intervals: [ClosedRange<Double>]?
  }

  /// The figures over all windows. Call it after `finish`; there must be at least one window.
  ///
  /// - Parameter seed: of the bootstrap.
  public mutating func figures(seed: UInt64) -> Figures { all.figures(seed: seed) }

  /// The figures of the same windows where their context chunks are no candidates; nil where that was not asked for.
  public mutating func figuresWithoutContext(seed: UInt64) -> Figures? {
    excluded == nil ? nil : withoutContext.figures(seed: seed)
  }

  /// The shares `r_at_1` and `r_at_5` and the reciprocal ranks `mrr` of each article. Call it after `finish`.
  public mutating func byArticle() -> ByArticle { all.byArticle() }

  /// The same where the windows' context chunks are no candidates; nil where that was not asked for.
  public mutating func byArticleWithoutContext() -> ByArticle? {
    excluded == nil ? nil : withoutContext.byArticle()
  }
}
