public import Kernels

/// The cross-entropy of the order verifier, a head that is trained beside the network (P8). The network gets no gradient
/// from it.
public struct OrderVerification: LossTerm {
  public static let name = "order-verifier"
  public static let definition =
    "cross-entropy of a small network that tells which of two chunks comes later; the model gets no gradient from it"
  public static let takesWeights = false

  public init(_ parameters: TermParameters) {}

  public var needs: TermNeeds {
    var needs = TermNeeds()
    needs.orderVerifier = true
    return needs
  }

  public func value<Scalar: Real>(in step: TrainingPass<Scalar>, _ weighting: WindowWeighting?) -> Double {
    step.orderVerifierValue()
  }

  public func addGradient<Scalar: Real>(in step: TrainingPass<Scalar>, weight: Double, _ weighting: WindowWeighting?) {
    step.learner.verifier?.addGradient(weight: weight)
  }
}
