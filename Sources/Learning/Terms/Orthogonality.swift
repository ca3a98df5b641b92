/// Keeps the output away from the previous vector and from its opposite (P6b v2.2 and later).
package struct Orthogonality: LossTerm {
  package static let name = "orthogonality"
  package static let definition = "cos(p, v)²"

  package init(_ parameters: TermParameters) {}
  /// The term, which has no parameters.
  package init() {}

  package func evaluate(_ batch: BatchFigures, factor: Double) -> Double {
    batch.pairs(with: .previous, factor: factor) { PairLoss(value: $1 * $1, byNext: 0, byOther: 2 * $1) }
  }
}
