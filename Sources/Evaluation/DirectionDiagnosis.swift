public import Vectors

/// The data-quality figures of a stream of windows (`direction-diagnose`): is the context coherent, are later context
/// chunks more similar to the target, and do similarities have a direction? Definitions are in docs/metrics.md.
///
/// Every figure is a mean over windows in double precision, independent of the cut into blocks and of the order of
/// shards.
public struct DirectionDiagnosis {
  /// Windows that count.
  public private(set) var windows = 0
  /// Rows of norm 0, whose cosine with everything is 0.
  public private(set) var zeroVectors = 0
  /// Articles of the windows that count.
  public var articles: Int { perArticle.articles }
  /// Which rows of a window are contexts and targets.
  public let roles: Roles
  /// Chunks from the last context chunk to the target.
  public let offset: Int

  private let previous: Int?
  private var similarities: Similarities
  private var positionSums: [Double]
  private var adjacentSums: [Double]
  private var forwardSum = 0.0
  private var backwardSum = 0.0
  private var profile: OffsetProfile
  /// Coherence and temporal signal.
  private var perArticle = ArticleSums()

  /// Starts without windows.
  ///
  /// - Parameters:
  ///   - dim: of the vectors.
  ///   - offset: chunks from the last context chunk to the target, 1 or more.
  public init(dim: Int, roles: Roles, offset: Int) {
    self.roles = roles
    self.offset = offset
    // At offset 1 the chunk before the target is the last context itself.
    previous = offset >= 2 ? roles.slots(of: "previous").first : nil
    similarities = Similarities(lags: roles.context + offset)
    positionSums = [Double](repeating: 0, count: roles.context)
    adjacentSums = [Double](repeating: 0, count: roles.context - 1)
    profile = OffsetProfile(dim: dim)
  }

  /// Adds the first `count` windows of a block, and all its rows.
  ///
  /// - Parameter isOrdered: whether the rows of its member are in ascending order of their keys.
  public mutating func add(_ block: VectorBlock, windows count: Int, isOrdered: Bool) {
    similarities.begin(block)
    for row in block.repeated..<block.rows where similarities.isZero(row) { zeroVectors += 1 }
    for window in 0..<count { addWindow(window, block) }
    if isOrdered {
      profile.addByOrder(block, windows: count, context: roles.context, &similarities)
    } else {
      profile.addByWindows(block, windows: count, context: roles.context, &similarities)
    }
  }

  private mutating func addWindow(_ window: Int, _ block: VectorBlock) {
    let context = roles.context
    let target = block.row(window, roles.target)
    var firstPosition = 0.0
    var lastPosition = 0.0
    var adjacent = 0.0
    for slot in 0..<context {
      let row = block.row(window, slot)
      let position = similarities.cosine(row, target)
      positionSums[slot] += position
      if slot == 0 { firstPosition = position }
      lastPosition = position
      guard slot + 1 < context else { continue }
      let next = similarities.cosine(row, block.row(window, slot + 1))
      adjacentSums[slot] += next
      adjacent += next
    }
    forwardSum += lastPosition
    if let previous { backwardSum += similarities.cosine(block.row(window, context - 1), block.row(window, previous)) }
    let coherence = context > 1 ? adjacent / Double(context - 1) : 0
    perArticle.add([coherence, lastPosition - firstPosition, 0, 0], article: block.articles[target])
    windows += 1
  }
}

extension DirectionDiagnosis {
  /// Mean cosine of each context chunk with the target, (context).
  public var positionSimilarity: [Double] { positionSums.map { $0 / Double(windows) } }

  /// Mean cosine of each context chunk with the next, (context − 1).
  public var adjacentSimilarity: [Double] { adjacentSums.map { $0 / Double(windows) } }

  /// Mean cosine over all adjacent pairs of context chunks; nil for a context of one.
  public var coherence: Double? {
    adjacentSums.isEmpty ? nil : adjacentSums.reduce(0, +) / Double(adjacentSums.count * windows)
  }

  /// How much closer to the target the last context chunk is than the first.
  public var temporalSignal: Double { (positionSums[roles.context - 1] - positionSums[0]) / Double(windows) }

  /// Whether each context chunk is closer to the target than the one before; a context of one has no order.
  public var temporalOrder: Bool {
    roles.context > 1 && zip(positionSums, positionSums.dropFirst()).allSatisfy { $0 < $1 }
  }

  /// Mean cosine of the last context chunk with the target.
  public var forward: Double { forwardSum / Double(windows) }

  /// Mean cosine of the last context chunk with the chunk just before the target; nil at offset 1, and where windows
  /// do not name that chunk.
  public var backward: Double? { previous == nil ? nil : backwardSum / Double(windows) }

  /// `forward` minus `backward`; nil where there is no `backward`.
  public var delta: Double? { backward.map { forward - $0 } }

  /// Mean cosine of the last context chunk with the chunk k after it, for k = −3…+3; nil where no window has that
  /// chunk.
  public var offsetProfile: [(offset: Int, mean: Double?)] {
    (-OffsetProfile.reach...OffsetProfile.reach).map { ($0, profile.mean($0)) }
  }

  /// 95% intervals from a bootstrap over articles; nil for fewer than two articles, and for a figure that is nil.
  public mutating func intervals95(
    seed: UInt64
  ) -> (coherence: ClosedRange<Double>?, temporalSignal: ClosedRange<Double>)? {
    guard let (low, high) = Bootstrap.intervals95(&perArticle, seed: seed) else { return nil }
    return (coherence == nil ? nil : low[0]...high[0], low[1]...high[1])
  }
}
