internal import Failures
public import Vectors

/// Whether the next chunk is closer to the present one than the last chunk was (`narrative-delta`): per window of
/// offset 1, cos(c[last], target) − cos(c[last], c[last−1]).
///
/// Within an article the differences telescope: their sum is that of the article's last pair of neighbours less that
/// of its first, whatever the text's direction. `telescoped` is what those edges alone predict.
///
/// Memory: 8 bytes a window, for the quartiles.
public struct NarrativeDelta {
  public var windows: Int { deltas.count }
  public private(set) var zeroVectors = 0
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

  /// - Throws: `.badData` for windows of another offset, or of a single context chunk.
  public init(roles: Roles, offset: Int) throws {
    guard offset == 1 else {
      throw Failure(.badData, "target offset \(offset); expected 1", hint: "seq-build --offset 1 makes such windows")
    }
    guard roles.context >= 2 else {
      throw Failure(
        .badData, "windows of 1 context chunk; expected 2 or more", hint: "seq-build --ctx 5 makes such windows")
    }
    context = roles.context
  }

  /// Takes in the first `count` windows of a block.
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
  public enum Decision: String, Sendable {
    case retry, borderline, abandon
  }

  public var mean: Double { deltas.reduce(0, +) / Double(windows) }

  /// The 25th, 50th and 75th percentile.
  public var quartiles: [Double] {
    let sorted = deltas.sorted()
    return [0.25, 0.5, 0.75].map { Quantiles.linear(sorted, $0) }
  }

  public var meanCosineNext: Double { nextSum / Double(windows) }
  public var meanCosinePrevious: Double { previousSum / Double(windows) }

  /// The mean that the articles' end edges alone predict: Σ (last edge − first edge) / windows.
  public var telescoped: Double {
    edges.sorted { $0.key < $1.key }.reduce(0) { $0 + ($1.value.last - $1.value.first) } / Double(windows)
  }

  /// The seed's rule: a mean of 0.15 or more is worth another try, 0.10 or more borderline.
  public var decision: Decision { mean >= 0.15 ? .retry : mean >= 0.10 ? .borderline : .abandon }

  /// 95% interval of the mean from a bootstrap over articles; nil for fewer than two articles.
  public mutating func interval95(seed: UInt64) -> ClosedRange<Double>? {
    Bootstrap.intervals95(&perArticle, seed: seed).map { $0.low[0]...$0.high[0] }
  }
}
