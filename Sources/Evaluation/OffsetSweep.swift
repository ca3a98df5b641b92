public import Vectors

/// To which chunk a prediction is closest (`offset-sweep`): its mean cosine with the chunks around the one that it
/// predicts. Definitions stand in docs/metrics.md.
///
/// Memory: a few numbers for each article, and a bit for each chunk.
public struct OffsetSweep {
  public private(set) var windows = 0
  /// Windows of which a chunk of the sweep is missing, past an end of the article or in a gap.
  public private(set) var outsideArticle = 0
  /// First predictions and chunks of norm 0, whose cosine with everything is 0.
  public var zeroVectors: Int { zeroPredictions + store.zeroVectors }
  public var articles: Int { sums.articles }
  public let offsets: ClosedRange<Int>
  public let origin: Origin

  private let store: ArticleStore
  private var first: FirstPredictions
  private var zeroPredictions = 0
  private var sums: ArticleSums
  /// The places of a window's chunks in their article, and their cosines with the prediction.
  private var places: [Int]
  private var row: [Double]

  /// - Parameter offsets: the predicted chunk's, and at least one other.
  public init(_ store: ArticleStore, offsets: ClosedRange<Int>, origin: Origin) {
    precondition(offsets.contains(origin.predicted) && offsets.count >= 2, "the predicted chunk, and others")
    self.store = store
    self.offsets = offsets
    self.origin = origin
    first = FirstPredictions(store)
    sums = ArticleSums(figures: offsets.count)
    places = [Int](repeating: 0, count: offsets.count)
    row = [Double](repeating: 0, count: offsets.count)
  }

  /// Takes in the predictions of step 1 of a block, whose dim is the store's.
  ///
  /// - Throws: `.badData` where a prediction is of no chunk, or comes twice; what reading chunks throws.
  public mutating func add(_ block: VectorBlock) throws {
    for prediction in 0..<block.rows where block.steps[prediction] == 1 {
      let key = block.key(prediction)
      _ = try first.enter(key, store)
      let inverseNorm = Similarities.inverseNorm(block.vector(prediction))
      if inverseNorm == 0 { zeroPredictions += 1 }
      guard findPlaces(Int(key.chunk)) else {
        outsideArticle += 1
        continue
      }
      try addWindow(block.vector(prediction), inverseNorm, article: key.article)
    }
  }

  /// - Returns: whether the article has all chunks of the sweep.
  private mutating func findPlaces(_ predicted: Int) -> Bool {
    for (index, offset) in offsets.enumerated() {
      guard let place = store.place(of: predicted + offset - origin.predicted) else { return false }
      places[index] = place
    }
    return true
  }

  private mutating func addWindow(
    _ prediction: UnsafeBufferPointer<Float>, _ inverseNorm: Double, article: UInt64
  ) throws {
    for index in places.indices {
      let (chunk, inverse) = try store.vector(at: places[index])
      row[index] = Similarities.cosine(prediction, inverseNorm, chunk, inverse)
    }
    sums.add(row, article: article)
    windows += 1
  }
}

extension OffsetSweep {
  /// What the sweep found over all windows.
  public struct Figures: Sendable {
    /// Mean cosine with the chunk at each offset, (offsets).
    public var means: [Double]
    /// Mean cosine with the predicted chunk.
    public var predicted: Double
    /// The mean at the predicted chunk less the largest at any other.
    public var margin: Double
    /// 95% intervals from a bootstrap over articles; nil for fewer than two articles.
    public var intervals: [ClosedRange<Double>]?
    public var marginInterval: ClosedRange<Double>?
  }

  /// Call it once all windows are in: at least one.
  public mutating func figures(seed: UInt64) -> Figures {
    let means = sums.means()
    let place = origin.predicted - offsets.lowerBound
    let resampled = Bootstrap.means(&sums, seed: seed)
    return Figures(
      means: means, predicted: means[place], margin: means.withUnsafeBufferPointer { Self.margin($0, place) },
      intervals: resampled.map { resampled in means.indices.map { offset in resampled.interval95 { $0[offset] } } },
      marginInterval: resampled.map { $0.interval95 { Self.margin($0, place) } })
  }

  private static func margin(_ means: UnsafeBufferPointer<Double>, _ predicted: Int) -> Double {
    var greatest = -Double.infinity
    for index in means.indices where index != predicted { greatest = max(greatest, means[index]) }
    return means[predicted] - greatest
  }
}
