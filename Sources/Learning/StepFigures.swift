/// What a step of training was like, or the mean of several over their windows.
public struct StepFigures: Hashable, Sendable {
  /// The number of windows.
  public var windows = 0
  /// The weighted sum of the terms.
  public var loss = 0.0
  /// The values of the terms that count in the epoch, before their weights.
  public var terms: [String: Double] = [:]
  /// Their weights λ_eff.
  public var weights: [String: Double] = [:]
  /// Σ λ_eff · L / MSE over the terms whose weight follows the batch; nil where the recipe has none.
  public var ratio: Double?
  /// The scale by confidence; nil if the recipe has none.
  public var confidence: Double?
  /// Steps that left a term out because of the signs.
  public var skipped = 0
  /// Mean cosines of the output with the target, the previous vector, the last context vector and the centroid.
  public var cosineNext = 0.0
  /// Mean cosine with the previous vector.
  public var cosinePrevious = 0.0
  /// Mean cosine with the last context vector.
  public var cosineLast = 0.0
  /// Mean cosine with the context's mean.
  public var cosineAnchor = 0.0
  /// The length of the gradient before it is clipped.
  public var gradientNorm = 0.0

  /// No windows.
  public init() {}

  /// cos_next − cos_prev.
  public var margin: Double { cosineNext - cosinePrevious }

  /// Takes another's windows in: means weigh by windows, counts add up.
  public mutating func merge(_ other: StepFigures) {
    guard other.windows > 0 else { return }
    guard windows > 0 else { return self = other }
    let share = Double(other.windows) / Double(windows + other.windows)
    func mixed(_ a: Double, _ b: Double) -> Double { a + share * (b - a) }
    func mixed(_ a: Double?, _ b: Double?) -> Double? { a.map { a in b.map { mixed(a, $0) } ?? a } ?? b }
    windows += other.windows
    skipped += other.skipped
    loss = mixed(loss, other.loss)
    terms.merge(other.terms) { mixed($0, $1) }
    weights.merge(other.weights) { mixed($0, $1) }
    ratio = mixed(ratio, other.ratio)
    confidence = mixed(confidence, other.confidence)
    cosineNext = mixed(cosineNext, other.cosineNext)
    cosinePrevious = mixed(cosinePrevious, other.cosinePrevious)
    cosineLast = mixed(cosineLast, other.cosineLast)
    cosineAnchor = mixed(cosineAnchor, other.cosineAnchor)
    gradientNorm = mixed(gradientNorm, other.gradientNorm)
  }
}
