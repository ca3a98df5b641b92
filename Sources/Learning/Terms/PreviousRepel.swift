/// The directional hinge under the name it has in P7 and P8.
package struct PreviousRepel: LossTerm {
  package static let name = "previous-repel"
  package static let definition = "the same, as P7 and P8 call it"
  package static let parameters = [TermParameter.margin(default: 0.07)]

  private let hinge: DirectionalHinge

  package init(_ parameters: TermParameters) { self.init(margin: parameters["margin"]) }
  /// The term with its parameter.
  package init(margin: Double) { hinge = DirectionalHinge(margin: margin) }

  package func evaluate(_ batch: BatchFigures, factor: Double) -> Double { hinge.evaluate(batch, factor: factor) }
}
