/// A small smooth hinge against the last chunk of the context, not divided by γ (P5.1).
package struct MicroDirectional: LossTerm {
  package static let name = "micro-directional"
  package static let definition = "softplus(γ(cos(p, c[last]) − cos(p, n) + `margin`))"
  package static let parameters = [TermParameter.margin(default: 0.02), .gamma(default: 5)]

  private let margin, gamma: Double

  package init(_ parameters: TermParameters) {
    self.init(margin: parameters["margin"], gamma: parameters["gamma"])
  }
  /// The term with its parameters.
  package init(margin: Double, gamma: Double) { (self.margin, self.gamma) = (margin, gamma) }

  package func evaluate(_ batch: BatchFigures, factor: Double) -> Double {
    batch.pairs(with: .context(batch.contexts - 1), factor: factor) {
      .smooth($0, $1, margin: margin, gamma: gamma) * gamma
    }
  }
}
