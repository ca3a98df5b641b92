/// A smooth hinge on the gap (P6b v1).
package struct DirectionalSmooth: LossTerm {
  package static let name = "directional-smooth"
  package static let definition = "softplus(γ(`margin` − gap)) / γ"
  package static let parameters = [TermParameter.margin(), .gamma(default: 4)]

  private let margin, gamma: Double

  package init(_ parameters: TermParameters) {
    self.init(margin: parameters["margin"], gamma: parameters["gamma"])
  }
  /// The term with its parameters.
  package init(margin: Double, gamma: Double) { (self.margin, self.gamma) = (margin, gamma) }

  package func evaluate(_ batch: BatchFigures, factor: Double) -> Double {
    batch.pairs(with: .previous, factor: factor) { .smooth($0, $1, margin: margin, gamma: gamma) }
  }
}
