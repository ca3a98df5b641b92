/// Weights of windows by how far they move (P7): with Δ = cos(c[last], n) − cos(c[last], c[last−1]), 1 where Δ is at
/// least the threshold, else the weak weight.
public struct DirectionalGate: Hashable, Sendable {
  public var threshold = 0.03
  public var weakWeight = 0.25
  /// As the original had it: c[last] in the place of c[last−1], by which Δ is never above 0 and every weight is the weak
  /// one.
  public var comparesLastWithItself = false
  /// As the original had it: the mean loss times the mean weight, in the place of the mean of weight times loss.
  public var multipliesByMeanWeight = false

  public init() {}
}
