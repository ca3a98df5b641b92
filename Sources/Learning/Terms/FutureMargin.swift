/// A hinge against every chunk after the target that the window has (P2 to P4).
package struct FutureMargin: LossTerm {
  package static let name = "future-margin"
  package static let definition = "sum over the futures of max(0, `margin` − cos(p, n) + cos(p, future))"
  package static let parameters = [TermParameter.margin()]

  private let margin: Double

  package init(_ parameters: TermParameters) { self.init(margin: parameters["margin"]) }
  /// The term with its parameter.
  package init(margin: Double) { self.margin = margin }

  package var needs: TermNeeds {
    var needs = TermNeeds()
    needs.futures = 1
    return needs
  }

  package func evaluate(_ batch: BatchFigures, factor: Double) -> Double {
    (0..<batch.futures).reduce(0) { sum, slot in
      sum + batch.pairs(with: .future(slot), factor: factor) { .hinge($0, $1, margin: margin) }
    }
  }
}
