internal import Failures
public import Vectors

/// Whether predictions find their targets again (`retrieval-rank`): the rank of the target among candidates by cosine
/// with the prediction, 1 + the number that are strictly closer. Definitions stand in docs/metrics.md.
///
/// Memory: some 50 MiB for a batch, one article, a few numbers for each article and each rank that occurs, and a bit
/// for each chunk.
public struct RetrievalRank {
  /// Among which chunks the target is sought.
  public enum Scope: String, CaseIterable, Sendable {
    /// All of its article.
    case article
    /// All of all articles.
    case all
  }

  public private(set) var windows = 0
  /// Windows of articles with fewer chunks than asked for.
  public private(set) var shortArticle = 0
  /// First predictions and candidates of norm 0, whose cosine with everything is 0.
  public var zeroVectors: Int { zeroPredictions + (zeroCandidates ?? store.zeroVectors) }
  public var articles: Int { sums.articles }

  private let store: ArticleStore
  private let scope: Scope
  private let minimumChunks: Int
  private var first: FirstPredictions
  private var zeroPredictions = 0
  /// Of all chunks, once they have been candidates.
  private var zeroCandidates: Int?
  private let batch: RankBatch
  /// The articles of the batch's predictions.
  private var batched: [UInt64] = []
  /// The candidates of the batch, where they are one article.
  private var article: ArticleIndex.Entry?
  private var buffer: [Float] = []

  /// Of each article: windows at rank 1, up to rank 5, and reciprocal ranks.
  private var sums = ArticleSums(figures: 3)
  /// How many windows have each rank.
  private var ranks: [Int: Int] = [:]
  private var chance = (first: 0.0, firstFive: 0.0)

  /// - Parameters:
  ///   - leastChunks: windows of articles with fewer are skipped.
  ///   - product: multiplies batches.
  public init(_ store: ArticleStore, scope: Scope, minimumChunks: Int, product: @escaping PairwiseProduct) {
    self.store = store
    self.scope = scope
    self.minimumChunks = minimumChunks
    first = FirstPredictions(store)
    batch = RankBatch(dim: store.dim, maximum: min(4096, store.index.chunks), product: product)
  }

  /// Takes in the predictions of step 1 of a block, whose dim is the store's.
  ///
  /// - Throws: `.badData` where a prediction is of no chunk, or comes twice; what reading chunks throws.
  public mutating func add(_ block: VectorBlock) throws {
    for prediction in 0..<block.rows where block.steps[prediction] == 1 {
      let key = block.key(prediction)
      // The batch before may need the store for its own article.
      if scope == .article, let article, article.article != key.article { try rankBatch() }
      let (entry, place) = try first.enter(key, store)
      let inverseNorm = Similarities.inverseNorm(block.vector(prediction))
      if inverseNorm == 0 { zeroPredictions += 1 }
      guard entry.count >= minimumChunks else {
        shortArticle += 1
        continue
      }
      article = entry
      let (target, targetInverseNorm) = try store.vector(at: place)
      batch.append(block.vector(prediction), inverseNorm, target: target, targetInverseNorm)
      batched.append(key.article)
      if batch.isFull { try rankBatch() }
    }
  }

  /// Ranks what still waits. Call it once all predictions are in.
  public mutating func finish() throws { try rankBatch() }

  private mutating func rankBatch() throws {
    guard batch.count > 0, let article else { return }
    let candidates: Int
    switch scope {
    case .article:
      store.enter(article)
      let (vectors, inverseNorms) = try store.all()
      batch.compare(vectors, inverseNorms)
      candidates = article.count
    case .all:
      try compareWithAll()
      candidates = store.index.chunks
    }
    for prediction in 0..<batch.count {
      enter(rank: batch.closer[prediction] + 1, of: candidates, article: batched[prediction])
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

  private mutating func enter(rank: Int, of candidates: Int, article: UInt64) {
    windows += 1
    sums.add([rank == 1 ? 1 : 0, rank <= 5 ? 1 : 0, 1 / Double(rank)], article: article)
    ranks[rank, default: 0] += 1
    chance.first += 1 / Double(candidates)
    chance.firstFive += min(1, 5 / Double(candidates))
  }
}

extension RetrievalRank {
  /// What the ranks tell over all windows.
  public struct Figures: Sendable {
    /// The share of windows whose target has rank 1, and a rank up to 5.
    public var first: Double
    public var firstFive: Double
    /// The mean of 1 / rank.
    public var reciprocal: Double
    public var meanRank: Double
    public var medianRank: Double
    /// What predictions that know nothing would score on average.
    public var chanceFirst: Double
    public var chanceFirstFive: Double
    /// 95% intervals of the first three from a bootstrap over articles; nil for fewer than two articles.
    public var intervals: [ClosedRange<Double>]?
  }

  /// Call it after `finish`, where there is at least one window.
  public mutating func figures(seed: UInt64) -> Figures {
    let means = sums.means()
    let resampled = Bootstrap.means(&sums, seed: seed)
    let total = ranks.reduce(0.0) { $0 + Double($1.key) * Double($1.value) }
    let count = Double(windows)
    return Figures(
      first: means[0], firstFive: means[1], reciprocal: means[2], meanRank: total / count, medianRank: medianRank,
      chanceFirst: chance.first / count, chanceFirstFive: chance.firstFive / count,
      intervals: resampled.map { resampled in means.indices.map { figure in resampled.interval95 { $0[figure] } } })
  }

  /// The rank in the middle; of an even number of windows the mean of the two.
  private var medianRank: Double {
    let ordered = ranks.sorted { $0.key < $1.key }
    func rank(at place: Int) -> Int {
      var passed = 0
      for (rank, count) in ordered {
        passed += count
        if place < passed { return rank }
      }
      return 0
    }
    return Double(rank(at: (windows - 1) / 2) + rank(at: windows / 2)) / 2
  }
}
