internal import Kernels

/// How a term's weight λ_eff follows from the epoch and from the batch. No gradient flows through it.
public struct WeightRule: Hashable, Sendable {
  /// What λ_eff is before the guards.
  public enum Base: Hashable, Sendable {
    /// Fixed, by epoch, or a ramp.
    case weight(EpochValue)
    /// So that λ_eff · L is this fraction of the MSE: fraction · MSE / L.
    case fraction(EpochValue)
  }

  /// ρ = λ_eff · L / MSE is lowered to `cap`, and with a target driven up to it.
  public struct Ratio: Hashable, Sendable {
    /// Below 0.8 of it λ_eff is raised to it.
    public var target: EpochValue?
    /// The highest ρ.
    public var cap: EpochValue

    /// Creates the bounds of ρ.
    public init(target: EpochValue? = nil, cap: EpochValue) {
      self.target = target
      self.cap = cap
    }
  }

  /// λ_eff is multiplied by clamp((c̄ − from) / over, 0, 1), c̄ the batch's mean cosine with the target.
  public struct Confidence: Hashable, Sendable {
    /// The mean cosine up to which the scale is 0.
    public var from: Double
    /// The difference over which it rises to 1.
    public var over: Double

    /// Creates the scale by confidence.
    public init(from: Double, over: Double) {
      self.from = from
      self.over = over
    }
  }

  /// λ_eff is multiplied by 1 + the mean over the batch of sigmoid((cos(c[last], target) − center) / width).
  public struct Adaptive: Hashable, Sendable {
    /// The cosine at which the sigmoid is one half.
    public var center: Double
    /// The width of the sigmoid.
    public var width: Double

    /// Creates the adaptive factor.
    public init(center: Double, width: Double) {
      self.center = center
      self.width = width
    }
  }

  /// What λ_eff is before the guards.
  public var base: Base
  /// λ_min: fractions and targets do not take λ_eff below it. The cap of ρ and the confidence may.
  public var minimum = 0.0
  /// λ_max: nothing takes λ_eff above it.
  public var maximum = Double.infinity
  /// The bounds of ρ; nil for none.
  public var ratio: Ratio?
  /// The scale by confidence; nil for none.
  public var confidence: Confidence?
  /// The adaptive factor; nil for none.
  public var adaptive: Adaptive?
  /// No such term for a batch that points away from its targets.
  public var skipsSign = false

  /// Creates a rule without guards.
  public init(_ base: Base) { self.base = base }
}

/// The figures of a batch that the weights of its terms depend on.
public struct BatchSummary: Hashable, Sendable {
  /// The mean squared error of the raw output.
  public var mse: Double
  /// The batch's mean cosines of the prediction with the target and with the previous vector.
  public var cosineNext: Double
  /// The batch's mean cosine with the previous vector.
  public var cosinePrevious: Double

  /// Creates the summary of a batch.
  public init(mse: Double, cosineNext: Double, cosinePrevious: Double) {
    self.mse = mse
    self.cosineNext = cosineNext
    self.cosinePrevious = cosinePrevious
  }

  /// The sign skip: the prediction points away from the target, or hardly to it and away from the previous vector.
  public var pointAway: Bool {
    cosineNext < 0 || cosineNext < 0.05 && cosinePrevious < -0.05
  }
}

/// A term's weight in one batch.
public struct Weight: Hashable, Sendable {
  /// λ_eff.
  public var value: Double
  /// λ_eff · L / MSE; nil where the MSE is 0.
  public var ratio: Double?
  /// The scale by confidence; nil if the term has none.
  public var confidence: Double?
  /// Whether the sign skip left the term out.
  public var isSkipped = false
}

extension WeightRule {
  /// λ_eff for a batch.
  ///
  /// In this order: the base, clamped to λ_min and λ_max where it depends on the batch; the adaptive factor; the
  /// target and the cap of ρ; λ_max; the confidence.
  ///
  /// - Parameters:
  ///   - epoch: counted from 1.
  ///   - loss: L, the term's value in the batch.
  ///   - lastCosines: cos(c[last], target) of every window, where the rule is adaptive.
  public func weight(epoch: Int, loss: Double, batch: BatchSummary, lastCosines: [Double] = []) -> Weight {
    if skipsSign, batch.pointAway {
      return Weight(value: 0, ratio: batch.mse > 0 ? 0 : nil, confidence: confidence.map { _ in 0 }, isSkipped: true)
    }
    var value = start(epoch: epoch, loss: loss, mse: batch.mse)
    if let adaptive { value *= adaptive.factor(lastCosines) }
    value = guarded(value, epoch: epoch, loss: loss, mse: batch.mse)
    value = min(value, maximum)
    let scale = confidence.map { min(max((batch.cosineNext - $0.from) / $0.over, 0), 1) }
    value *= scale ?? 1
    return Weight(value: value, ratio: batch.mse > 0 ? value * loss / batch.mse : nil, confidence: scale)
  }

  private func start(epoch: Int, loss: Double, mse: Double) -> Double {
    switch base {
    case .weight(let weight): weight.value(epoch: epoch)
    case .fraction(let fraction): clamped(fraction.value(epoch: epoch) * mse, by: loss)
    }
  }

  /// share / loss within λ_min and λ_max; a term that is 0 would take any weight, and gets the greatest.
  private func clamped(_ share: Double, by loss: Double) -> Double {
    guard loss > 0 else { return maximum.isFinite ? maximum : minimum }
    return min(max(share / loss, minimum), maximum)
  }

  private func guarded(_ weight: Double, epoch: Int, loss: Double, mse: Double) -> Double {
    guard let ratio, mse > 0, loss > 0 else { return weight }
    var weight = weight
    if let target = ratio.target?.value(epoch: epoch), weight * loss / mse < 0.8 * target {
      weight = clamped(target * mse, by: loss)
    }
    let cap = ratio.cap.value(epoch: epoch)
    return weight * loss / mse > cap ? cap * mse / loss : weight
  }
}

extension WeightRule.Adaptive {
  func factor(_ cosines: [Double]) -> Double {
    guard !cosines.isEmpty else { return 1 }
    let sum = cosines.reduce(0) { $0 + 1 / (1 + exponential(-($1 - center) / width)) }
    return 1 + sum / Double(cosines.count)
  }

  private func exponential(_ x: Double) -> Double { Double.exponential(x) }
}

extension WeightRule {
  /// Whether λ_eff follows the batch's MSE, so that ρ is worth a figure.
  var followsBatch: Bool {
    if case .fraction = base { return true }
    return ratio != nil
  }
}
