/// A hinge on the gap between the cosines with the target and with the previous vector (P2 to P4).
public struct DirectionalHinge: LossTerm {
  public static let name = "directional-hinge"
  public static let definition = "max(0, `margin` − gap)"
  public static let parameters = [TermParameter.margin()]

  private let margin: Double

  public init(_ parameters: TermParameters) { self.init(margin: parameters["margin"]) }
  /// The term with its parameter.
  public init(margin: Double) { self.margin = margin }

  public func evaluate(_ batch: BatchFigures, factor: Double) -> Double {
    batch.pairs(with: .previous, factor: factor) { .hinge($0, $1, margin: margin) }
  }
}
