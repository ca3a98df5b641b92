public import Kernels
public import Networks

/// What is trained: a network's parameters, with the optimizer that moves them; and a head that only training has.
public final class Learner<Scalar: Real> {
  public let network: any Network
  public let parameters: Parameters<Scalar>
  public let optimizer: Optimizer<Scalar>
  /// What the output depends on beside, as the model was before: kept where a recipe is silent.
  public let conditions: Conditions
  let verifier: VerifierHead<Scalar>?

  /// - Parameter verifier: where the recipe has an order verifier.
  public init(
    _ network: any Network, parameters: Parameters<Scalar>, optimizer: Optimizer<Scalar>,
    conditions: Conditions = Conditions(), verifier: VerifierHead<Scalar>? = nil
  ) {
    self.network = network
    self.parameters = parameters
    self.optimizer = optimizer
    self.conditions = conditions
    self.verifier = verifier
  }

  /// What the output of an epoch depends on, without noise.
  public func conditions(_ recipe: Recipe, epoch: Int) -> Conditions {
    var conditions = conditions
    conditions.positionalScale = recipe.model.positionalScalar?.value(epoch: epoch) ?? conditions.positionalScale
    conditions.lastSlotBias = recipe.model.lastSlotBias?.value(epoch: epoch) ?? conditions.lastSlotBias
    return conditions
  }

  /// Moves the parameters by a clipped gradient.
  ///
  /// - Throws: `Divergence` where the gradient is not finite; nothing has moved then.
  func move(
    _ gradients: Parameters<Scalar>, _ recipe: Recipe, learningRate: Double, step: Int, _ figures: inout StepFigures
  ) throws {
    var square = optimizer.squaredNorm(gradients)
    square += verifier?.squaredNorm ?? 0
    figures.gradientNorm = square.squareRoot()
    guard figures.gradientNorm.isFinite else {
      throw Divergence(step: step, what: "the gradient", value: figures.gradientNorm)
    }
    let scale = Norms<Scalar>.clippingScale(norm: figures.gradientNorm, maximum: recipe.clip)
    optimizer.rule = AdamW(learningRate: learningRate, decay: recipe.weightDecay)
    optimizer.steps = step - 1
    optimizer.update(parameters, gradients, scale: scale)
    verifier?.move(optimizer.rule, step: step, scale: scale)
  }
}
