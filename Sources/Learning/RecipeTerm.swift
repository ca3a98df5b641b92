/// One term of a recipe's loss: what it is, its parameters, and how it is weighed.
public struct RecipeTerm: Hashable, Sendable {
  public enum Kind: String, CaseIterable, Sendable {
    case mse
    case directionalHinge = "directional-hinge"
    case directionalSmooth = "directional-smooth"
    case directionalGapRatio = "directional-gap-ratio"
    case positiveFloor = "positive-floor"
    case norm
    case orthogonality
    case antiCopy = "anti-copy"
    case futureMargin = "future-margin"
    case microDirectional = "micro-directional"
    case infoNCE = "info-nce"
    case symmetricInfoNCE = "symmetric-info-nce"
    case previousRepel = "previous-repel"
    case teacherPull = "teacher-pull"
    case listwise
    case moment
    case variance
    case orderVerifier = "order-verifier"
    case rollout
  }

  /// A parameter that a kind of term has.
  struct Parameter {
    let key: String
    let range: ClosedRange<Double>
    /// The value where a recipe is silent; nil where it must speak.
    let defaultValue: Double?
  }

  public var kind: Kind
  /// By the names of `Kind.parameters`.
  public var parameters: [String: EpochValue] = [:]
  public var weight: WeightRule
  /// Whether windows count as `Recipe.Gate` says (P7), not alike.
  public var isGated = false

  public init(_ kind: Kind, parameters: [String: EpochValue] = [:], weight: WeightRule) {
    self.kind = kind
    self.parameters = parameters
    self.weight = weight
  }

  /// The value of a parameter in an epoch.
  public func parameter(_ key: String, epoch: Int) -> Double {
    if let value = parameters[key] { return value.value(epoch: epoch) }
    return kind.parameters.first { $0.key == key }?.defaultValue ?? 0
  }
}

extension RecipeTerm.Kind {
  private static let cosine = -2.0...2.0
  private static let sharpness = 1e-3...1e3

  var parameters: [RecipeTerm.Parameter] {
    switch self {
    case .mse, .norm, .orthogonality, .moment, .variance, .orderVerifier: []
    case .directionalHinge, .antiCopy, .futureMargin, .previousRepel:
      [.init(key: "margin", range: Self.cosine, defaultValue: nil)]
    case .directionalSmooth, .microDirectional:
      [
        .init(key: "margin", range: Self.cosine, defaultValue: nil),
        .init(key: "gamma", range: Self.sharpness, defaultValue: self == .microDirectional ? 5 : 4),
      ]
    case .directionalGapRatio:
      [
        .init(key: "gap_margin", range: Self.cosine, defaultValue: nil),
        .init(key: "ratio_margin", range: Self.cosine, defaultValue: 0.05),
        .init(key: "gamma", range: Self.sharpness, defaultValue: 4),
        .init(key: "alpha", range: 0...1, defaultValue: 0.7),
      ]
    case .positiveFloor: [.init(key: "threshold", range: -1...1, defaultValue: nil)]
    case .teacherPull: [.init(key: "threshold", range: -1...1, defaultValue: 0.2)]
    case .infoNCE, .symmetricInfoNCE: [.init(key: "temperature", range: Self.sharpness, defaultValue: 0.07)]
    case .listwise:
      [
        .init(key: "temperature", range: Self.sharpness, defaultValue: 0.07),
        .init(key: "others", range: 0...4096, defaultValue: 30),
      ]
    case .rollout: [.init(key: "horizon", range: 1...64, defaultValue: nil)]
    }
  }

  /// Whether the value depends on the previous vector.
  var needsPrevious: Bool {
    switch self {
    case .directionalHinge, .directionalSmooth, .directionalGapRatio, .orthogonality, .infoNCE, .previousRepel,
      .listwise:
      true
    default: false
    }
  }
}
