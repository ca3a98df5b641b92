public import Kernels

/// The error of a rollout: each unit prediction slides into the context for the next (P4). The gradient goes back through
/// the whole chain.
public struct RolloutError: LossTerm {
  public static let name = "rollout"
  public static let definition =
    "mean over `horizon` steps of the MSE of the unit prediction, each slid into the context for the next; the gradient "
    + "goes back through all of them"
  public static let parameters = [TermParameter("horizon", in: 1...64, isWhole: true)]
  public static let takesWeights = false

  private let horizon: Int

  public init(_ parameters: TermParameters) { horizon = Int(parameters["horizon"]) }

  /// The first chunk after the target is the truth of the second step.
  public var needs: TermNeeds {
    var needs = TermNeeds()
    (needs.horizon, needs.futures) = (horizon, horizon - 1)
    return needs
  }

  public func value<Scalar: Real>(in step: TrainingPass<Scalar>, _ weighting: WindowWeighting?) -> Double {
    step.rolloutValue()
  }

  public func addGradient<Scalar: Real>(in step: TrainingPass<Scalar>, weight: Double, _ weighting: WindowWeighting?) {
    step.rolloutWeight = weight
  }
}
