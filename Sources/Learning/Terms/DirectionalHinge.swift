/// A hinge on the gap between the cosines with the target and with the previous vector (P2 to P4).
package struct DirectionalHinge: LossTerm {
  package static let name = "directional-hinge"
  package static let definition = "max(0, `margin` − gap)"
  package static let parameters = [TermParameter.margin()]

  private let margin: Double

  package init(_ parameters: TermParameters) { self.init(margin: parameters["margin"]) }
  /// The term with its parameter.
  package init(margin: Double) { self.margin = margin }

  package func evaluate(_ batch: BatchFigures, factor: Double) -> Double {
    batch.pairs(with: .previous, factor: factor) { .hinge($0, $1, margin: margin) }
  }
}
