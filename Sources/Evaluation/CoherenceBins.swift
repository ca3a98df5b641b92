public import Vectors

/// How well predictions do where the coherence of the context is low, normal and high (`bins-eval`). Definitions are in
/// docs/metrics.md.
///
/// Memory: a few numbers for each article, and a bit for each chunk.
public struct CoherenceBins {
  /// A range of coherence, under the name it has in reports.
  public enum Bin: String, CaseIterable, Sendable {
    /// Below `normal`.
    case low
    /// Within `normal`, both ends included.
    case normal
    /// Above `normal`.
    case high
  }

  /// Windows that count.
  public private(set) var windows = 0
  /// Windows that do not, since the articles lack a chunk of their context.
  public private(set) var missingContext = 0
  /// Predictions and chunks of norm 0, whose cosine with everything is 0.
  public var zeroVectors: Int { zeroPredictions + store.zeroVectors }
  /// Chunks of a window's context.
  public let context: Int
  /// Chunks from the last of them to the target.
  public let offset: Int
  /// The coherence of the bin `normal`, both ends included: mean cosine of neighbours, from −1 to 1.
  public let normal: ClosedRange<Double>

  private let store: ArticleStore
  private var first: FirstPredictions
  private var zeroPredictions = 0
  private var counts = [Bin: Int]()
  private var sums: [Bin: ArticleSums]
  /// The positions of the context chunks in their article.
  private var positions: [Int]
  /// (1): the cosine of the current window's prediction with its target.
  private var row = [0.0]

  /// Starts without windows.
  ///
  /// - Parameters:
  ///   - store: the chunks that are predicted, and those of the contexts.
  ///   - context: chunks of a window's context, 2 or more.
  ///   - offset: chunks from the last of them to the target, 1 or more.
  ///   - normal: the coherence of the bin `normal`.
  public init(_ store: ArticleStore, context: Int, offset: Int, normal: ClosedRange<Double>) {
    precondition(context >= 2, "a context of \(context) chunks has no neighbours")
    precondition(offset >= 1, "offset \(offset): the target is not after the context")
    self.store = store
    self.context = context
    self.offset = offset
    self.normal = normal
    first = FirstPredictions(store)
    sums = Dictionary(uniqueKeysWithValues: Bin.allCases.map { ($0, ArticleSums(figures: 1)) })
    positions = [Int](repeating: 0, count: context)
  }

  /// Adds the predictions of step 1 of a block, whose dim is the store's.
  ///
  /// - Throws: `.badData` where there is no chunk that a prediction is of, or two predictions are of one chunk;
  ///   what reading chunks throws.
  public mutating func add(_ block: VectorBlock) throws {
    for prediction in 0..<block.rows where block.steps[prediction] == 1 {
      let key = block.key(prediction)
      let (_, target) = try first.record(key, store)
      let vector = block.vector(prediction)
      let inverseNorm = Similarities.inverseNorm(vector)
      if inverseNorm == 0 { zeroPredictions += 1 }
      guard findContext(of: Int(key.chunk)) else {
        missingContext += 1
        continue
      }
      let (chunk, inverse) = try store.vector(at: target)
      let bin = bin(of: try coherence())
      row[0] = Similarities.cosine(vector, inverseNorm, chunk, inverse)
      sums[bin]?.add(row, article: key.article)
      counts[bin, default: 0] += 1
      windows += 1
    }
  }

  /// - Returns: whether the article has all chunks of the context.
  private mutating func findContext(of target: Int) -> Bool {
    for slot in 0..<context {
      guard let position = store.position(of: target - offset - context + 1 + slot) else { return false }
      positions[slot] = position
    }
    return true
  }

  /// Mean cosine of neighbours in the context.
  private func coherence() throws -> Double {
    var sum = 0.0
    for slot in 1..<context {
      let (before, inverseBefore) = try store.vector(at: positions[slot - 1])
      let (after, inverseAfter) = try store.vector(at: positions[slot])
      sum += Similarities.cosine(before, inverseBefore, after, inverseAfter)
    }
    return sum / Double(context - 1)
  }

  private func bin(of coherence: Double) -> Bin {
    coherence < normal.lowerBound ? .low : coherence > normal.upperBound ? .high : .normal
  }
}

extension CoherenceBins {
  /// The number of windows in a bin, and the mean cosine of their predictions with the target (nil for no windows) with
  /// its 95% interval.
  ///
  /// - Parameter seed: of the bootstrap over articles.
  public mutating func figures(_ bin: Bin, seed: UInt64) -> (windows: Int, mean: Estimate?) {
    guard let count = counts[bin], var sums = sums[bin], let mean = sums.means().first else { return (0, nil) }
    let resampled = Bootstrap.means(&sums, seed: seed)
    return (count, Estimate(mean, interval: resampled?.interval95 { $0[0] }))
  }

  /// The cosines with the target in a bin, `mean_cos`. Call it after the last window.
  public mutating func byArticle(_ bin: Bin) -> ByArticle {
    var sums = sums[bin] ?? ArticleSums(figures: 1)
    return sums.byArticle(["mean_cos"])
  }
}
