package import Kernels

/// The cross-entropy of the order verifier, a head that is trained beside the network (P8). The network gets no gradient
/// from it.
package struct OrderVerification: LossTerm {
  package static let name = "order-verifier"
  package static let definition =
    "cross-entropy of a small network that tells which of two chunks comes later; the model gets no gradient from it"
  package static let takesWeights = false

  package init(_ parameters: TermParameters) {}

  package var needs: TermNeeds {
    var needs = TermNeeds()
    needs.orderVerifier = true
    return needs
  }

  package func value<Scalar: Real>(in step: TrainingPass<Scalar>, _ weighting: WindowWeighting?) -> Double {
    step.orderVerifierValue()
  }

  package func addGradient<Scalar: Real>(in step: TrainingPass<Scalar>, weight: Double, _ weighting: WindowWeighting?) {
    step.learner.verifier?.addGradient(weight: weight)
  }
}
