public import Kernels
public import Networks

/// What is trained: a network's parameters and the optimizer's moments, changed in place; and a head that only training
/// has.
public final class Learner<Scalar: Real> {
  public let network: any Network
  public let parameters: Parameters<Scalar>
  public let first: Parameters<Scalar>
  public let second: Parameters<Scalar>
  /// What the output depends on beside, as the model was before: kept where a recipe is silent.
  public let conditions: Conditions
  let verifier: VerifierHead<Scalar>?

  /// - Parameter verifier: where the recipe has an order verifier.
  public init(
    _ network: any Network, parameters: Parameters<Scalar>, first: Parameters<Scalar>, second: Parameters<Scalar>,
    conditions: Conditions = Conditions(), verifier: VerifierHead<Scalar>? = nil
  ) {
    self.network = network
    self.parameters = parameters
    self.first = first
    self.second = second
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
    let runs = network.layout.trainableRuns
    var square = runs.reduce(0) { $0 + Norms.squared(gradients.all, run: $1) }
    square += verifier?.squaredNorm ?? 0
    figures.gradientNorm = square.squareRoot()
    guard figures.gradientNorm.isFinite else {
      throw Divergence(step: step, what: "the gradient", value: figures.gradientNorm)
    }
    let scale = Norms<Scalar>.clippingScale(norm: figures.gradientNorm, maximum: recipe.clip)
    let rule = AdamW(learningRate: learningRate, decay: recipe.weightDecay)
    for run in runs {
      rule.update(
        step: step, run: run, parameters: parameters.all, gradients: gradients.all, first: first.all,
        second: second.all, scale: scale)
    }
    verifier?.move(rule, step: step, scale: scale)
  }
}
