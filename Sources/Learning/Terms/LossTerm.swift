public import Kernels
internal import Networks

/// A kind of term that a recipe's loss may have; an instance is the term with the parameters of one epoch.
///
/// In definitions p is a window's raw output, n its target, v its "previous" vector, c its context, and
/// gap = cos(p, n) − cos(p, v). A vector of length 0 has cosine 0 with everything.
///
/// To add a term, write a file like the others of this folder and add the type to `LossTerms.all`.
public protocol LossTerm: Sendable {
  /// The name in recipes, reports and checkpoints.
  static var name: String { get }
  /// The definition, in Markdown, for the table of docs/recipes.md.
  static var definition: String { get }
  /// The parameters, in the order in which people read them.
  static var parameters: [TermParameter] { get }
  /// Whether windows count with their weights; else the term is a mean over the batch that has none.
  static var takesWeights: Bool { get }

  /// The term with the parameters of an epoch.
  init(_ parameters: TermParameters)
  /// What it needs beyond the vectors that every window has.
  var needs: TermNeeds { get }

  /// The value of a term that is a function of one batch's outputs; and, with a factor, its gradient.
  ///
  /// - Parameters:
  ///   - batch: its figures, to which slopes are added.
  ///   - factor: what the slopes are multiplied by; 0 for the value alone.
  /// - Returns: the value, without the factor.
  func evaluate(_ batch: BatchFigures, factor: Double) -> Double

  /// The value in a step of training.
  func value<Scalar: Real>(in step: TrainingPass<Scalar>, _ weighting: WindowWeighting?) -> Double
  /// Adds the gradient of `weight` times the value that the step has just computed.
  func addGradient<Scalar: Real>(in step: TrainingPass<Scalar>, weight: Double, _ weighting: WindowWeighting?)
}

extension LossTerm {
  /// No parameters.
  public static var parameters: [TermParameter] { [] }
  /// Most terms are means over windows, which have weights.
  public static var takesWeights: Bool { true }
  /// Nothing beyond output, target, previous vector and context.
  public var needs: TermNeeds { TermNeeds() }

  /// Terms that are no function of the outputs alone override `value(in:_:)` and `addGradient(in:weight:_:)` instead.
  public func evaluate(_ batch: BatchFigures, factor: Double) -> Double {
    preconditionFailure("\(Self.name) is not a function of the outputs alone")
  }

  /// The value from the batch of the step.
  public func value<Scalar: Real>(in step: TrainingPass<Scalar>, _ weighting: WindowWeighting?) -> Double {
    step.losses.value(of: self, weighting: weighting)
  }

  /// Adds the gradient by the outputs of the step.
  public func addGradient<Scalar: Real>(in step: TrainingPass<Scalar>, weight: Double, _ weighting: WindowWeighting?) {
    step.losses.addGradient(of: self, weight: weight, weighting: weighting)
  }
}

/// A parameter of a term.
public struct TermParameter: Hashable, Sendable {
  /// The key in recipes.
  public let key: String
  /// The values that are allowed.
  public let range: ClosedRange<Double>
  /// The value if a recipe has none; nil if a recipe must have one.
  public let defaultValue: Double?
  /// Whether it is one whole number for all epochs.
  public let isWhole: Bool

  /// Describes a parameter.
  public init(_ key: String, in range: ClosedRange<Double>, default value: Double? = nil, isWhole: Bool = false) {
    self.key = key
    self.range = range
    defaultValue = value
    self.isWhole = isWhole
  }

  /// The least difference of two cosines that is not penalized.
  static func margin(_ key: String = "margin", default value: Double? = nil) -> TermParameter {
    TermParameter(key, in: -2...2, default: value)
  }

  /// The sharpness γ of a softplus.
  static func gamma(default value: Double) -> TermParameter { TermParameter("gamma", in: 1e-3...1e3, default: value) }

  /// The temperature T that cosines are divided by.
  static let temperature = TermParameter("temperature", in: 1e-3...1e3, default: 0.07)
}

/// The values of a term's parameters in one epoch.
public struct TermParameters: Hashable, Sendable {
  private let values: [String: Double]

  /// - Parameter values: by the keys of the term's parameters.
  public init(_ values: [String: Double]) { self.values = values }

  /// The value of a parameter that the term lists.
  public subscript(key: String) -> Double {
    guard let value = values[key] else { preconditionFailure("no value for the parameter \(key)") }
    return value
  }
}

/// What a term needs beyond output, target, previous vector and context of each window.
public struct TermNeeds: Hashable, Sendable {
  /// Chunks after the target, as slots of the window.
  public var futures = 0
  /// Steps of a rollout in training; 0 for none.
  public var horizon = 0
  /// The cosines of all outputs with all targets of the batch.
  public var cross = false
  /// Means and deviations of the columns of outputs and targets.
  public var columns = false
  /// The order verifier that is trained beside the network.
  public var orderVerifier = false

  /// Needs nothing.
  public init() {}
}
