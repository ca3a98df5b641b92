internal import Failures
public import Vectors

/// How well rollouts stay with the text (`rollout-eval`): the cosine of each step's prediction with a true chunk.
/// Definitions stand in docs/metrics.md.
///
/// Memory: a number for each step of each article, and a bit for each chunk.
public struct RolloutScores {
  public private(set) var windows = 0
  /// Windows of which the article has not all the chunks that are compared.
  public private(set) var outsideArticle = 0
  /// Predictions and chunks of norm 0, whose cosine with everything is 0.
  public var zeroVectors: Int { zeroPredictions + store.zeroVectors }
  public var articles: Int { sums?.articles ?? 0 }
  /// Steps that are compared; known once the first window is.
  public private(set) var horizon: Int?

  private let store: ArticleStore
  private let origin: Origin
  private var first: FirstPredictions
  private var zeroPredictions = 0
  private var sums: ArticleSums?
  /// Steps of every window.
  private var steps: Int?
  private var window: Window?
  /// (steps so far): the cosines of the present window.
  private var row: [Double] = []

  /// The window whose predictions come at present.
  private struct Window {
    let start: Key
    var steps: UInt32 = 1
    /// Whether the article has all chunks so far.
    var isInside = true
  }

  /// - Parameters:
  ///   - horizon: compare so many steps; nil for all.
  ///   - steps: predictions of each window, where that is known; else all windows must have as many as the first.
  public init(_ store: ArticleStore, origin: Origin, horizon: Int?, steps: Int?) {
    precondition((horizon ?? 1) >= 1, "a horizon of one step or more")
    self.store = store
    self.origin = origin
    self.horizon = horizon
    self.steps = steps
    first = FirstPredictions(store)
  }

  /// Takes in the predictions of a block, whose dim is the store's.
  ///
  /// - Throws: `.badData` where steps are missing or out of their order, a first prediction is of no chunk, or comes
  ///   twice; what reading chunks throws.
  public mutating func add(_ block: VectorBlock) throws {
    for prediction in 0..<block.rows {
      let key = block.key(prediction)
      if key.step == 1 {
        try closeWindow()
        _ = try first.enter(key, store)
        window = Window(start: key)
      } else {
        try follow(key)
      }
      guard Int(key.step) <= horizon ?? .max else { continue }
      try compare(key, block.vector(prediction))
    }
  }

  /// Holds a later step against the one before it.
  private mutating func follow(_ key: Key) throws {
    guard var window else {
      throw Failure(.badData, "\(key): expected a prediction of step 1 first", hint: Self.hint)
    }
    let expected = Int(window.start.chunk) + Int(window.steps)
    guard key.article == window.start.article, key.step == window.steps + 1, Int(key.chunk) == expected else {
      throw Failure(
        .badData,
        "\(key): expected article \(window.start.article), chunk \(expected), step \(window.steps + 1), or another "
          + "window's step 1",
        hint: Self.hint)
    }
    window.steps += 1
    self.window = window
  }

  private static let hint = "the predictions of a window stand together, from step 1 on, as model-predict writes them"

  private mutating func compare(_ key: Key, _ prediction: UnsafeBufferPointer<Float>) throws {
    let inverseNorm = Similarities.inverseNorm(prediction)
    if inverseNorm == 0 { zeroPredictions += 1 }
    guard let place = store.place(of: Int(key.chunk) + 1 - origin.predicted) else {
      window?.isInside = false
      return
    }
    guard window?.isInside == true else { return }
    let (chunk, inverse) = try store.vector(at: place)
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
  /// What the rollouts scored over all windows.
  public struct Figures: Sendable {
    /// Mean cosine of each step, (horizon).
    public var perStep: [Double]
    /// The mean of `perStep`.
    public var mean: Double
    /// 95% intervals from a bootstrap over articles; nil for fewer than two articles.
    public var intervals: [ClosedRange<Double>]?
    public var meanInterval: ClosedRange<Double>?
  }

  /// Ends the last window. Call it once all predictions are in.
  public mutating func finish() throws {
    try closeWindow()
    window = nil
  }

  /// Call it after `finish`, where there is at least one window.
  public mutating func figures(seed: UInt64) -> Figures {
    guard var sums else { preconditionFailure("windows to report on") }
    let perStep = sums.means()
    let resampled = Bootstrap.means(&sums, seed: seed)
    func mean(_ steps: UnsafeBufferPointer<Double>) -> Double { steps.reduce(0, +) / Double(steps.count) }
    return Figures(
      perStep: perStep, mean: perStep.withUnsafeBufferPointer(mean),
      intervals: resampled.map { resampled in perStep.indices.map { step in resampled.interval95 { $0[step] } } },
      meanInterval: resampled.map { $0.interval95(mean) })
  }
}
