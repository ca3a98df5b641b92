/// A hinge against every chunk of the context.
public struct AntiCopy: LossTerm {
  public static let name = "anti-copy"
  public static let definition = "mean over the context of max(0, `margin` − cos(p, n) + cos(p, cᵢ))"
  public static let parameters = [TermParameter.margin()]

  private let margin: Double

  public init(_ parameters: TermParameters) { self.init(margin: parameters["margin"]) }
  /// The term with its parameter.
  public init(margin: Double) { self.margin = margin }

  public func evaluate(_ batch: BatchFigures, factor: Double) -> Double {
    let count = Double(batch.contexts)
    return (0..<batch.contexts).reduce(0) { sum, slot in
      sum + batch.pairs(with: .context(slot), factor: factor / count) { .hinge($0, $1, margin: margin) } / count
    }
  }
}
