/// The directional hinge under the name it has in P7 and P8.
public struct PreviousRepel: LossTerm {
  public static let name = "previous-repel"
  public static let definition = "the same, as P7 and P8 call it"
  public static let parameters = [TermParameter.margin(default: 0.07)]

  private let hinge: DirectionalHinge

  public init(_ parameters: TermParameters) { self.init(margin: parameters["margin"]) }
  /// The term with its parameter.
  public init(margin: Double) { hinge = DirectionalHinge(margin: margin) }

  public func evaluate(_ batch: BatchFigures, factor: Double) -> Double { hinge.evaluate(batch, factor: factor) }
}
