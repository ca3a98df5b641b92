/// The distance by angle alone: the length of the prediction is free.
package struct CosineDistance: LossTerm {
  package static let name = "cosine"
  package static let definition = "1 − cos(p, n)"

  package init(_ parameters: TermParameters) {}
  /// The term, which has no parameters.
  package init() {}

  package func evaluate(_ batch: BatchFigures, factor: Double) -> Double {
    batch.pairs(with: .next, factor: factor) { next, _ in PairLoss(value: 1 - next, byNext: -1, byOther: 0) }
  }
}
