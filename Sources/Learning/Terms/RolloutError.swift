package import Kernels

/// The error of a rollout: each unit prediction slides into the context for the next (P4). The gradient goes back through
/// the whole chain.
package struct RolloutError: LossTerm {
  package static let name = "rollout"
  package static let definition =
    "mean over `horizon` steps of the MSE of the unit prediction, each slid into the context for the next; the gradient "
    + "goes back through all of them"
  package static let parameters = [TermParameter("horizon", in: 1...64, isWhole: true)]
  package static let takesWeights = false

  private let horizon: Int

  package init(_ parameters: TermParameters) { horizon = Int(parameters["horizon"]) }

  /// The first chunk after the target is the truth of the second step.
  package var needs: TermNeeds {
    var needs = TermNeeds()
    (needs.horizon, needs.futures) = (horizon, horizon - 1)
    return needs
  }

  package func value<Scalar: Real>(in step: TrainingPass<Scalar>, _ weighting: WindowWeighting?) -> Double {
    step.rolloutValue()
  }

  package func addGradient<Scalar: Real>(in step: TrainingPass<Scalar>, weight: Double, _ weighting: WindowWeighting?) {
    step.rolloutWeight = weight
  }
}
