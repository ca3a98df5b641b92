internal import Failures
public import Vectors

/// Whether a chunk is closer to the next one than to the one before (`narrative-delta`): for each window of offset 1,
/// cos(c[last], target) − cos(c[last], c[last−1]).
///
/// Within an article the differences telescope: their sum is the cosine of the article's last pair of neighbours minus
/// that of its first pair, whatever the text's direction. `telescoped` is what those two pairs alone predict.
///
/// Memory: 8 bytes a window, for the quartiles.
public struct NarrativeDelta {
  /// Windows that count.
  public var windows: Int { deltas.count }
  /// Rows of norm 0, whose cosine with everything is 0.
  public private(set) var zeroVectors = 0
  /// Articles of the windows that count.
  public var articles: Int { perArticle.articles }

  private let context: Int
  private var similarities = Similarities(lags: 2)
  private var deltas: [Double] = []
  private var nextSum = 0.0
  private var previousSum = 0.0
  private var perArticle = ArticleSums()
  private var edges: [UInt64: Edges] = [:]

  /// The similarities of the first and the last pair of neighbours in the windows of an article.
  private struct Edges {
    var firstChunk: UInt32
    var first: Double
    var lastChunk: UInt32
    var last: Double
  }

  /// Starts without windows.
  ///
  /// - Parameter offset: chunks from the last context chunk to the target.
  /// - Throws: `.badData` for windows of an offset other than 1, or of a single context chunk.
  public init(roles: Roles, offset: Int) throws {
    guard offset == 1 else {
      throw Failure(
        .badData, "expected windows of offset 1, found offset \(offset)",
        hint: "seq-build --offset 1 makes such windows")
    }
    guard roles.context >= 2 else {
      throw Failure(
        .badData, "expected windows of 2 or more context chunks, found 1",
        hint: "seq-build --ctx 5 makes such windows")
    }
    context = roles.context
  }

  /// Adds the first `count` windows of a block.
  public mutating func add(_ block: VectorBlock, windows count: Int) {
    similarities.begin(block)
    for row in block.repeated..<block.rows where similarities.isZero(row) { zeroVectors += 1 }
    for window in 0..<count {
      let last = block.row(window, context - 1)
      let target = block.row(window, context)
      let next = similarities.cosine(last, target)
      let previous = similarities.cosine(last, block.row(window, context - 2))
      deltas.append(next - previous)
      nextSum += next
      previousSum += previous
      perArticle.add([next - previous, 0, 0, 0], article: block.articles[target])
      addEdges(block.key(target), previous, next)
    }
  }

  private mutating func addEdges(_ key: Key, _ previous: Double, _ next: Double) {
    var known =
      edges[key.article] ?? Edges(firstChunk: key.chunk, first: previous, lastChunk: key.chunk, last: next)
    if key.chunk < known.firstChunk { (known.firstChunk, known.first) = (key.chunk, previous) }
    if key.chunk > known.lastChunk { (known.lastChunk, known.last) = (key.chunk, next) }
    edges[key.article] = known
  }
}

extension NarrativeDelta {
  /// What the mean suggests to do with the data.
  public enum Decision: String, Sendable {
    /// A mean of 0.15 or more: training again is worth while.
    case retry
    /// A mean of 0.10 or more, but below 0.15.
    case borderline
    /// A mean below 0.10.
    case abandon
  }

  /// The mean of the differences over windows, from −2 to 2.
  public var mean: Double { deltas.reduce(0, +) / Double(windows) }

  /// The 25th, 50th and 75th percentile of the differences.
  public var quartiles: [Double] {
    let sorted = deltas.sorted()
    return [0.25, 0.5, 0.75].map { Quantiles.linear(sorted, $0) }
  }

  /// The mean of cos(c[last], target).
  public var meanCosineNext: Double { nextSum / Double(windows) }
  /// The mean of cos(c[last], c[last−1]).
  public var meanCosinePrevious: Double { previousSum / Double(windows) }

  /// The mean that the first and the last pair of neighbours of each article predict: Σ (last − first) / windows.
  public var telescoped: Double {
    edges.sorted { $0.key < $1.key }.reduce(0) { $0 + ($1.value.last - $1.value.first) } / Double(windows)
  }

  /// The decision by the thresholds 0.15 and 0.10.
  public var decision: Decision { mean >= 0.15 ? .retry : mean >= 0.10 ? .borderline : .abandon }

  /// 95% interval of the mean from a bootstrap over articles; nil for fewer than two articles.
  public mutating func interval95(seed: UInt64) -> ClosedRange<Double>? {
    Bootstrap.intervals95(&perArticle, seed: seed).map { $0.low[0]...$0.high[0] }
  }
}
