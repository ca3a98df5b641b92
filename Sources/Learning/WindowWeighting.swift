/// Weights of windows by how far they move (P7): with Δ = cos(c[last], n) − cos(c[last], reference), 1 if Δ is at least
/// the minimum, else the weak weight.
public struct WindowWeighting: Hashable, Sendable {
  /// What the target is compared with.
  public enum Reference: String, CaseIterable, Sendable {
    /// The chunk before the last of the context.
    case secondLast = "context[-2]"
    /// The last chunk itself, as in the original: Δ is then never above 0, and every weight is the weak one.
    case last = "context[-1]"
  }

  /// How the weights enter a loss.
  public enum Reduction: String, CaseIterable, Sendable {
    /// mean(w·l).
    case each
    /// mean(w) · mean(l), as in the original.
    case mean
  }

  /// The least Δ of a window that counts fully.
  public var minimum = 0.03
  /// The weight of other windows, 0 to 1.
  public var weak = 0.25
  /// What the target is compared with.
  public var reference = Reference.secondLast
  /// How the weights enter a loss.
  public var reduction = Reduction.each

  /// P7's weights.
  public init() {}
}
