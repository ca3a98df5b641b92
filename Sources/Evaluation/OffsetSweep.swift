public import Vectors

/// Which chunk predictions are closest to (`offset-sweep`): their mean cosine with the chunks around the predicted one.
/// Definitions are in docs/metrics.md.
///
/// Memory: a few numbers for each article, and a bit for each chunk.
public struct OffsetSweep {
  /// Windows that count.
  public private(set) var windows = 0
  /// Windows that do not, since a chunk of the sweep is beyond an end of the article or in a gap.
  public private(set) var outsideArticle = 0
  /// First predictions and chunks of norm 0, whose cosine with everything is 0.
  public var zeroVectors: Int { zeroPredictions + store.zeroVectors }
  /// Articles of the windows that count.
  public var articles: Int { sums.articles }
  /// The offsets of the sweep, in chunks from `origin`.
  public let offsets: ClosedRange<Int>
  /// The chunk from which offsets count.
  public let origin: Origin

  private let store: ArticleStore
  private var first: FirstPredictions
  private var zeroPredictions = 0
  private var sums: ArticleSums
  /// The positions of a window's chunks in their article, and their cosines with the prediction.
  private var positions: [Int]
  private var row: [Double]

  /// Starts without windows.
  ///
  /// - Parameters:
  ///   - store: the chunks that predictions are compared with.
  ///   - offsets: the predicted chunk's, and at least one other.
  public init(_ store: ArticleStore, offsets: ClosedRange<Int>, origin: Origin) {
    precondition(offsets.contains(origin.predicted), "offsets \(offsets) lack that of the predicted chunk")
    precondition(offsets.count >= 2, "a single offset has no margin")
    self.store = store
    self.offsets = offsets
    self.origin = origin
    first = FirstPredictions(store)
    sums = ArticleSums(figures: offsets.count)
    positions = [Int](repeating: 0, count: offsets.count)
    row = [Double](repeating: 0, count: offsets.count)
  }

  /// Adds the predictions of step 1 of a block, whose dim is the store's.
  ///
  /// - Throws: `.badData` where there is no chunk that a prediction is of, or two predictions are of one chunk;
  ///   what reading chunks throws.
  public mutating func add(_ block: VectorBlock) throws {
    for prediction in 0..<block.rows where block.steps[prediction] == 1 {
      let key = block.key(prediction)
      _ = try first.record(key, store)
      let inverseNorm = Similarities.inverseNorm(block.vector(prediction))
      if inverseNorm == 0 { zeroPredictions += 1 }
      guard findPositions(Int(key.chunk)) else {
        outsideArticle += 1
        continue
      }
      try addWindow(block.vector(prediction), inverseNorm, article: key.article)
    }
  }

  /// - Returns: whether the article has all chunks of the sweep.
  private mutating func findPositions(_ predicted: Int) -> Bool {
    for (index, offset) in offsets.enumerated() {
      guard let position = store.position(of: predicted + offset - origin.predicted) else { return false }
      positions[index] = position
    }
    return true
  }

  private mutating func addWindow(
    _ prediction: UnsafeBufferPointer<Float>, _ inverseNorm: Double, article: UInt64
  ) throws {
    for index in positions.indices {
      let (chunk, inverse) = try store.vector(at: positions[index])
      row[index] = Similarities.cosine(prediction, inverseNorm, chunk, inverse)
    }
    sums.add(row, article: article)
    windows += 1
  }
}

extension OffsetSweep {
  /// The sweep's figures over all windows.
  public struct Figures: Sendable {
    /// Mean cosine with the chunk at each offset, (offsets).
    public var means: [Double]
    /// Mean cosine with the predicted chunk.
    public var predicted: Double
    /// `predicted` minus the largest mean at any other offset.
    public var margin: Double
    /// 95% intervals of `means`, (offsets), from a bootstrap over articles; nil for fewer than two articles.
    public var intervals: [ClosedRange<Double>]?
    /// The 95% interval of `margin`; nil for fewer than two articles.
    public var marginInterval: ClosedRange<Double>?
  }

  /// The figures over all windows. Call it after the last window; there must be at least one.
  ///
  /// - Parameter seed: of the bootstrap.
  public mutating func figures(seed: UInt64) -> Figures {
    let means = sums.means()
    let predicted = origin.predicted - offsets.lowerBound
    let resampled = Bootstrap.means(&sums, seed: seed)
    return Figures(
      means: means, predicted: means[predicted], margin: means.withUnsafeBufferPointer { Self.margin($0, predicted) },
      intervals: resampled.map { resampled in means.indices.map { offset in resampled.interval95 { $0[offset] } } },
      marginInterval: resampled.map { $0.interval95 { Self.margin($0, predicted) } })
  }

  /// The cosines with the chunk at each offset, under the offset's number. Call it after the last window.
  public mutating func byArticle() -> ByArticle { sums.byArticle(offsets.map(String.init)) }

  /// The mean at the predicted chunk minus the largest mean at any other.
  ///
  /// - Parameters:
  ///   - means: (offsets).
  ///   - predicted: the index of the predicted chunk.
  public static func margin(_ means: UnsafeBufferPointer<Double>, _ predicted: Int) -> Double {
    var greatest = -Double.infinity
    for index in means.indices where index != predicted { greatest = max(greatest, means[index]) }
    return means[predicted] - greatest
  }
}
