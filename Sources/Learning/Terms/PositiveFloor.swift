/// A squared hinge that keeps the cosine with the target above a floor (P6b v2.1 and later).
package struct PositiveFloor: LossTerm {
  package static let name = "positive-floor"
  package static let definition = "max(0, `threshold` − cos(p, n))²"
  package static let parameters = [TermParameter("threshold", in: -1...1)]

  private let threshold: Double

  package init(_ parameters: TermParameters) { self.init(threshold: parameters["threshold"]) }
  /// The term with its parameter.
  package init(threshold: Double) { self.threshold = threshold }

  package func evaluate(_ batch: BatchFigures, factor: Double) -> Double {
    batch.pairs(with: .next, factor: factor) { next, _ in
      let lack = max(0, threshold - next)
      return PairLoss(value: lack * lack, byNext: -2 * lack, byOther: 0)
    }
  }
}
