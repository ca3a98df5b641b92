/// A squared hinge that keeps the cosine with the target above a floor (P6b v2.1 and later).
public struct PositiveFloor: LossTerm {
  public static let name = "positive-floor"
  public static let definition = "max(0, `threshold` − cos(p, n))²"
  public static let parameters = [TermParameter("threshold", in: -1...1)]

  private let threshold: Double

  public init(_ parameters: TermParameters) { self.init(threshold: parameters["threshold"]) }
  /// The term with its parameter.
  public init(threshold: Double) { self.threshold = threshold }

  public func evaluate(_ batch: BatchFigures, factor: Double) -> Double {
    batch.pairs(with: .next, factor: factor) { next, _ in
      let lack = max(0, threshold - next)
      return PairLoss(value: lack * lack, byNext: -2 * lack, byOther: 0)
    }
  }
}
