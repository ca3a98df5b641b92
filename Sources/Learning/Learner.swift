public import Kernels
public import Networks

/// What is trained: a network's parameters, with the optimizer that moves them; and a head that only training has.
public final class Learner<Scalar: Real> {
  /// The network.
  public let network: any Network
  /// Its parameters, changed in place.
  public let parameters: Parameters<Scalar>
  /// The optimizer of the parameters.
  public let optimizer: Optimizer<Scalar>
  /// What the output depends on beside, as the model was before: kept where a recipe is silent.
  public let options: ForwardOptions
  let verifier: VerifierHead<Scalar>?

  /// - Parameter verifier: where the recipe has an order verifier.
  public init(
    _ network: any Network, parameters: Parameters<Scalar>, optimizer: Optimizer<Scalar>,
    options: ForwardOptions = ForwardOptions(), verifier: VerifierHead<Scalar>? = nil
  ) {
    self.network = network
    self.parameters = parameters
    self.optimizer = optimizer
    self.options = options
    self.verifier = verifier
  }

  /// What the output of an epoch depends on, without noise.
  public func options(_ recipe: Recipe, epoch: Int) -> ForwardOptions {
    var options = options
    options.positionalScale = recipe.model.positionalScalar?.value(epoch: epoch) ?? options.positionalScale
    options.lastSlotBias = recipe.model.lastSlotBias?.value(epoch: epoch) ?? options.lastSlotBias
    return options
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
