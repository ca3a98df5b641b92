/// A small smooth hinge against the last chunk of the context, not divided by γ (P5.1).
public struct MicroDirectional: LossTerm {
  public static let name = "micro-directional"
  public static let definition = "softplus(γ(cos(p, c[last]) − cos(p, n) + `margin`))"
  public static let parameters = [TermParameter.margin(default: 0.02), .gamma(default: 5)]

  private let margin, gamma: Double

  public init(_ parameters: TermParameters) {
    self.init(margin: parameters["margin"], gamma: parameters["gamma"])
  }
  /// The term with its parameters.
  public init(margin: Double, gamma: Double) { (self.margin, self.gamma) = (margin, gamma) }

  public func evaluate(_ batch: BatchFigures, factor: Double) -> Double {
    batch.pairs(with: .context(batch.contexts - 1), factor: factor) {
      .smooth($0, $1, margin: margin, gamma: gamma) * gamma
    }
  }
}
