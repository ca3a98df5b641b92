/// A smooth hinge on the gap (P6b v1).
public struct DirectionalSmooth: LossTerm {
  public static let name = "directional-smooth"
  public static let definition = "softplus(γ(`margin` − gap)) / γ"
  public static let parameters = [TermParameter.margin(), .gamma(default: 4)]

  private let margin, gamma: Double

  public init(_ parameters: TermParameters) {
    self.init(margin: parameters["margin"], gamma: parameters["gamma"])
  }
  /// The term with its parameters.
  public init(margin: Double, gamma: Double) { (self.margin, self.gamma) = (margin, gamma) }

  public func evaluate(_ batch: BatchFigures, factor: Double) -> Double {
    batch.pairs(with: .previous, factor: factor) { .smooth($0, $1, margin: margin, gamma: gamma) }
  }
}
