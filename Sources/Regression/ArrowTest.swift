internal import Evaluation
internal import Failures
internal import Kernels
public import Vectors

/// Whether articles differ from their own reversal (`arrow-test`), which no symmetric similarity can show. Definitions
/// are in docs/metrics.md.
///
/// The chunks are read twice: `survey` all of them, `prepare`, `measure` all of them again, `finish`.
///
/// Memory: ((context + 1) · dim)² doubles twice over, and what `Asymmetry` holds.
public final class ArrowTest {
  /// The figures of the test.
  public struct Findings: Sendable {
    /// The asymmetry index ‖C − Cᵀ‖ / ‖C + Cᵀ‖, 0 or more.
    public var asymmetry: Double
    /// The mean of the null distribution.
    public var nullMean: Double
    /// The 95th percentile of the null distribution.
    public var nullHigh: Double
    /// (1 + the number of draws at or above `asymmetry`) / (1 + draws).
    public var p: Double
    /// Mean cosine of the ridge predictor of the next chunk; this and the three below are nil where there are no
    /// windows to fit, or none to score.
    public var forwardSkill: Double?
    /// Mean cosine of the ridge predictor of the chunk before.
    public var backwardSkill: Double?
    /// R² of the ridge predictor of the next chunk, at most 1.
    public var forwardRSquared: Double?
    /// R² of the ridge predictor of the chunk before, at most 1.
    public var backwardRSquared: Double?
    /// 95% interval of the difference of the skills; nil for fewer than two articles.
    public var interval: ClosedRange<Double>?
    /// Windows scored.
    public var windows: Int

    /// `forwardSkill` minus `backwardSkill`; nil where they are.
    public var skillDifference: Double? {
      guard let forwardSkill, let backwardSkill else { return nil }
      return forwardSkill - backwardSkill
    }
  }

  /// Chunks surveyed.
  public private(set) var chunks = 0
  /// Chunks of norm 0.
  public private(set) var zeroVectors = 0
  /// Pairs of consecutive chunks.
  public private(set) var pairs = 0
  /// How many units are reversed, each as a whole: articles, or runs of 64 chunks where there are few articles.
  public var units: Int { isByRuns ? runs : articlesWithPairs.count }
  /// Whether units are runs of chunks: with fewer than 40 articles.
  public var isByRuns: Bool { articlesWithPairs.count < Self.fewArticles }
  /// Articles with a pair.
  public var articles: Int { articlesWithPairs.count }
  /// How many principal directions are used; before `prepare` the largest number of them.
  public private(set) var components: Int

  private let dim: Int
  private let context: Int
  private let seed: UInt64
  private let penalty: Double
  private let isFitted: (UInt64) -> Bool

  private var articlesWithPairs: Set<UInt64> = []
  private var runs = 0
  private var lastRun: Asymmetry.Unit?
  private var last: Key?
  private let covariance: Moments
  private var gathered = 0
  private var regression: Moments?
  private var fitting: ChunkRun
  private var fittedWindows = 0
  private var asymmetry: Asymmetry?
  private var skill: DirectionSkill?

  static let fewArticles = 40
  static let minimumUnits = 12
  private static let capacity = 512

  /// Starts without chunks.
  ///
  /// - Parameters:
  ///   - dim: of the vectors.
  ///   - context: how many chunks the ridge predictors predict from.
  ///   - components: the largest number of principal directions.
  ///   - penalty: of the ridge predictors, as a share of the mean diagonal of the Gram matrix.
  ///   - seed: of the null distribution and of the bootstrap.
  ///   - isFitted: whether the predictors are fitted to an article; they are scored on the others.
  public init(
    dim: Int, context: Int, components: Int, penalty: Double, seed: UInt64, isFitted: @escaping (UInt64) -> Bool
  ) {
    self.dim = dim
    self.context = context
    self.components = components
    self.penalty = penalty
    self.seed = seed
    self.isFitted = isFitted
    covariance = Moments(columns: dim, capacity: Self.capacity)
    regression = Moments(columns: (context + 1) * dim, capacity: Self.capacity)
    fitting = ChunkRun(length: context + 1, dim: dim)
  }

  /// About how many bytes the test takes at most; nil where that overflows an `Int`.
  public static func bytes(dim: Int, context: Int) -> Int? {
    let (length, overflow) = dim.multipliedReportingOverflow(by: context + 1)
    guard !overflow, let bytes = Moments.bytes(columns: length) else { return nil }
    let (twice, overflows) = bytes.multipliedReportingOverflow(by: 2)
    return overflows ? nil : twice
  }

  /// Adds a block in the first reading.
  public func survey(_ block: VectorBlock) {
    for row in block.repeated..<block.rows {
      let (key, vector) = (block.key(row), block.vector(row))
      chunks += 1
      if vector.allSatisfy({ $0 == 0 }) { zeroVectors += 1 }
      countPair(key)
      covariance.buffer.setRow(gathered, to: vector)
      gathered += 1
      if gathered == Self.capacity { closeCovariance() }
      if isFitted(key.article), let regression, fitting.append(key, vector) {
        fitting.copyWindow(into: fittedWindows % Self.capacity, of: regression.buffer)
        fittedWindows += 1
        if fittedWindows % Self.capacity == 0 { regression.add(rows: Self.capacity) }
      }
    }
  }

  private func countPair(_ key: Key) {
    defer { last = key }
    guard let last, last.isFollowed(by: key) else { return }
    pairs += 1
    articlesWithPairs.insert(key.article)
    let run = Asymmetry.Unit(last, byRuns: true)
    if run != lastRun { runs += 1 }
    lastRun = run
  }

  private func closeCovariance() {
    covariance.add(rows: gathered)
    gathered = 0
  }

  /// Computes the principal directions and the ridge predictors, between the two readings.
  ///
  /// - Throws: `.badData` where the chunks are too few, or vary in fewer than two directions.
  public func prepare() throws {
    guard units >= Self.minimumUnits else {
      throw Failure(
        .badData,
        "not measurable: expected \(Self.fewArticles) articles, or \(Self.minimumUnits) runs of "
          + "\(Asymmetry.runLength) chunks, found \(articles) articles, \(units) runs and \(pairs) pairs of neighbours",
        hint: "use more articles, or longer ones")
    }
    closeCovariance()
    guard let whitening = try? Whitening(covariance, components: components), whitening.components >= 2 else {
      throw Failure(.badData, "not measurable: the chunks vary in fewer than two directions")
    }
    components = whitening.components
    asymmetry = Asymmetry(whitening, byRuns: isByRuns, seed: seed)
    regression?.add(rows: fittedWindows % Self.capacity)
    if let regression, fittedWindows > 0 {
      skill = try? DirectionSkill(regression, context: context, dim: dim, penalty: penalty)
    }
    regression = nil
  }

  /// Adds a block in the second reading, after `prepare`.
  public func measure(_ block: VectorBlock) {
    for row in block.repeated..<block.rows {
      let (key, vector) = (block.key(row), block.vector(row))
      asymmetry?.add(key, vector)
      if !isFitted(key.article) { skill?.add(key, vector) }
    }
  }

  /// The figures. Call it once, after the second reading.
  ///
  /// - Throws: `.badData` where neighbours are entirely unrelated, so that the index is undefined.
  public func finish() throws -> Findings {
    guard let (index, null) = asymmetry?.finish() else {
      throw Failure(.badData, "not measurable: neighbours vary independently of each other, to the last bit")
    }
    let above = null.count { $0 >= index }
    var findings = Findings(
      asymmetry: index, nullMean: null.reduce(0, +) / Double(null.count), nullHigh: Quantiles.linear(null, 0.95),
      p: Double(1 + above) / Double(1 + null.count), windows: skill?.count ?? 0)
    if let scores = skill?.finish(), var sums = skill?.perArticle {
      findings.windows = skill?.count ?? 0
      (findings.forwardSkill, findings.backwardSkill) = (scores.forward.meanCosine, scores.backward.meanCosine)
      (findings.forwardRSquared, findings.backwardRSquared) = (scores.forward.rSquared, scores.backward.rSquared)
      findings.interval = Bootstrap.intervals95(&sums, seed: seed).map { $0.low[0]...$0.high[0] }
    }
    return findings
  }
}
