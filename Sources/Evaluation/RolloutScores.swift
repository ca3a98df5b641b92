internal import Failures
public import Vectors

/// How closely rollouts follow the text (`rollout-eval`): the cosine of each step's prediction with a true chunk.
/// Definitions are in docs/metrics.md.
///
/// Memory: a number for each step of each article, and a bit for each chunk.
public struct RolloutScores {
  /// Windows that count.
  public private(set) var windows = 0
  /// Windows that do not, since their article lacks a chunk that would be compared.
  public private(set) var outsideArticle = 0
  /// Predictions and chunks of norm 0, whose cosine with everything is 0.
  public var zeroVectors: Int { zeroPredictions + store.zeroVectors }
  /// Articles of the windows that count.
  public var articles: Int { sums?.articles ?? 0 }
  /// Steps that are compared; nil until it is given or the first window is complete.
  public private(set) var horizon: Int?

  private let store: ArticleStore
  private let origin: Origin
  private var first: FirstPredictions
  private var zeroPredictions = 0
  private var sums: ArticleSums?
  /// Steps of every window.
  private var steps: Int?
  private var window: Window?
  /// (steps so far): the cosines of the current window.
  private var row: [Double] = []

  /// The window whose predictions are being added.
  private struct Window {
    let start: Key
    var steps: UInt32 = 1
    /// Whether the article has all chunks so far.
    var isInside = true
  }

  /// Starts without windows.
  ///
  /// - Parameters:
  ///   - store: the chunks that predictions are compared with.
  ///   - origin: whether step n is compared with the chunk it predicts, or with the one after it.
  ///   - horizon: how many steps to compare, 1 or more; nil for all.
  ///   - steps: how many predictions each window has; nil for as many as the first window.
  public init(_ store: ArticleStore, origin: Origin, horizon: Int?, steps: Int?) {
    precondition((horizon ?? 1) >= 1, "a horizon of \(horizon ?? 1) steps")
    self.store = store
    self.origin = origin
    self.horizon = horizon
    self.steps = steps
    first = FirstPredictions(store)
  }

  /// Adds the predictions of a block, whose dim is the store's.
  ///
  /// - Throws: `.badData` where steps are missing or out of order, where there is no chunk that a prediction of step 1
  ///   is of, or two are of one chunk; what reading chunks throws.
  public mutating func add(_ block: VectorBlock) throws {
    for prediction in 0..<block.rows {
      let key = block.key(prediction)
      if key.step == 1 {
        try closeWindow()
        _ = try first.record(key, store)
        window = Window(start: key)
      } else {
        try checkFollowing(key)
      }
      guard Int(key.step) <= horizon ?? .max else { continue }
      try compare(key, block.vector(prediction))
    }
  }

  /// Checks that a later step follows the one before it.
  private mutating func checkFollowing(_ key: Key) throws {
    guard var window else {
      throw Failure(.badData, "\(key): expected a prediction of step 1 first", hint: Self.hint)
    }
    let expected = Int(window.start.chunk) + Int(window.steps)
    guard key.article == window.start.article, key.step == window.steps + 1, Int(key.chunk) == expected else {
      throw Failure(
        .badData,
        "\(key): expected article \(ArticleName.text(of: window.start.article)), chunk \(expected), step \(window.steps + 1), or another "
          + "window's step 1",
        hint: Self.hint)
    }
    window.steps += 1
    self.window = window
  }

  private static let hint = "the predictions of a window are consecutive, from step 1 on, as model-predict writes them"

  private mutating func compare(_ key: Key, _ prediction: UnsafeBufferPointer<Float>) throws {
    let inverseNorm = Similarities.inverseNorm(prediction)
    if inverseNorm == 0 { zeroPredictions += 1 }
    guard let position = store.position(of: Int(key.chunk) + 1 - origin.predicted) else {
      window?.isInside = false
      return
    }
    guard window?.isInside == true else { return }
    let (chunk, inverse) = try store.vector(at: position)
    row.append(Similarities.cosine(prediction, inverseNorm, chunk, inverse))
  }

  private mutating func closeWindow() throws {
    guard let window else { return }
    defer { row.removeAll(keepingCapacity: true) }
    let steps = try checkedSteps(window)
    let horizon = horizon ?? steps
    self.horizon = horizon
    guard window.isInside else {
      outsideArticle += 1
      return
    }
    if sums == nil { sums = ArticleSums(figures: horizon) }
    sums?.add(row, article: window.start.article)
    windows += 1
  }

  private mutating func checkedSteps(_ window: Window) throws -> Int {
    let found = Int(window.steps)
    let expected = steps ?? found
    steps = expected
    guard found == expected else {
      throw Failure(
        .badData, "\(window.start): expected \(expected) steps of this window, found \(found)", hint: Self.hint)
    }
    guard horizon ?? 1 <= found else {
      throw Failure(
        .badData, "\(window.start): expected \(horizon ?? 1) steps of this window, found \(found)",
        hint: "model-predict --horizon \(horizon ?? 1) makes them")
    }
    return found
  }
}

extension RolloutScores {
  /// The rollouts' figures over all windows.
  public struct Figures: Sendable {
    /// Mean cosine of each step, (horizon).
    public var perStep: [Double]
    /// The mean of `perStep`.
    public var mean: Double
    /// 95% intervals of `perStep`, (horizon), from a bootstrap over articles; nil for fewer than two articles.
    public var intervals: [ClosedRange<Double>]?
    /// The 95% interval of `mean`; nil for fewer than two articles.
    public var meanInterval: ClosedRange<Double>?
  }

  /// Ends the last window. Call it after the last prediction.
  ///
  /// - Throws: `.badData` where the window has too few or too many steps.
  public mutating func finish() throws {
    try closeWindow()
    window = nil
  }

  /// The figures over all windows. Call it after `finish`; there must be at least one window.
  ///
  /// - Parameter seed: of the bootstrap.
  public mutating func figures(seed: UInt64) -> Figures {
    guard var sums else { preconditionFailure("no window to report on") }
    let perStep = sums.means()
    let resampled = Bootstrap.means(&sums, seed: seed)
    func mean(_ steps: UnsafeBufferPointer<Double>) -> Double { steps.reduce(0, +) / Double(steps.count) }
    return Figures(
      perStep: perStep, mean: perStep.withUnsafeBufferPointer(mean),
      intervals: resampled.map { resampled in perStep.indices.map { step in resampled.interval95 { $0[step] } } },
      meanInterval: resampled.map { $0.interval95(mean) })
  }

  /// The cosines of each step, under the step's number. Call it after `finish`; there must be at least one window.
  public mutating func byArticle() -> ByArticle {
    guard var sums else { preconditionFailure("no window to report on") }
    return sums.byArticle((1...sums.figures).map(String.init))
  }
}
