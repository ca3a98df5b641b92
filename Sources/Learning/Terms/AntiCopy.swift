/// A hinge against every chunk of the context.
package struct AntiCopy: LossTerm {
  package static let name = "anti-copy"
  package static let definition = "mean over the context of max(0, `margin` − cos(p, n) + cos(p, cᵢ))"
  package static let parameters = [TermParameter.margin()]

  private let margin: Double

  package init(_ parameters: TermParameters) { self.init(margin: parameters["margin"]) }
  /// The term with its parameter.
  package init(margin: Double) { self.margin = margin }

  package func evaluate(_ batch: BatchFigures, factor: Double) -> Double {
    let count = Double(batch.contexts)
    return (0..<batch.contexts).reduce(0) { sum, slot in
      sum + batch.pairs(with: .context(slot), factor: factor / count) { .hinge($0, $1, margin: margin) } / count
    }
  }
}
