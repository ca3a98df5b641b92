public import Kernels
public import Networks

/// An order verifier that is trained beside a network: its parameters, its optimizer, and its way through a batch.
public final class VerifierHead<Scalar: Real> {
  /// The architecture of the head.
  public let verifier: OrderVerifier
  /// Its parameters.
  public let parameters: Parameters<Scalar>
  /// Its optimizer.
  public let optimizer: Optimizer<Scalar>
  private let gradients: Parameters<Scalar>
  private let workspace: OrderVerifierWorkspace<Scalar>
  /// Whether the step has a gradient.
  private var hasGradient = false

  /// - Parameters:
  ///   - capacity: windows of the largest batch.
  ///   - seed: of the beginning of its parameters.
  public init(dim: Int, dropout: Double, capacity: Int, seed: UInt64) {
    verifier = OrderVerifier(dim: dim, dropout: dropout)
    parameters = Parameters(verifier.layout)
    parameters.initialize(seed: seed)
    gradients = Parameters(verifier.layout)
    optimizer = Optimizer(verifier.layout, rule: AdamW(learningRate: 0, decay: 0))
    workspace = verifier.makeWorkspace(Scalar.self, capacity: capacity)
  }

  /// The loss of a batch's pairs.
  func value(target: Matrix<Scalar>, contexts: Matrix<Scalar>, noise: Noise) -> Double {
    hasGradient = false
    workspace.load(target: target, contexts: contexts, noise: noise)
    return workspace.forward(parameters).value
  }

  func addGradient(weight: Double) {
    workspace.backward(parameters, weight: weight, into: gradients)
    hasGradient = true
  }

  var squaredNorm: Double { hasGradient ? optimizer.squaredNorm(gradients) : 0 }

  func move(_ rule: AdamW, step: Int, scale: Double) {
    guard hasGradient else { return }
    optimizer.rule = rule
    optimizer.steps = step - 1
    optimizer.update(parameters, gradients, scale: scale)
  }
}
