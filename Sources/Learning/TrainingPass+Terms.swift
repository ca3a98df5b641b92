internal import Failures
internal import Kernels
internal import Networks
internal import Vectors

extension TrainingPass {
  /// Evaluates the terms, weighs them, and leaves the loss's gradient in the pass's `outputGradient`.
  ///
  /// - Returns: whether the gradients of the parameters hold something already.
  /// - Throws: `Divergence` where a term is not finite.
  func addTerms(to figures: inout StepFigures) throws -> Bool {
    let batchFigures = BatchSummary(
      mse: losses.value(of: MeanSquaredError()), cosineNext: figures.cosineNext, cosinePrevious: figures.cosinePrevious)
    rolloutWeight = nil
    for recipeTerm in terms {
      let term = recipeTerm.term(epoch: position.epoch)
      let weighting = recipeTerm.isWindowWeighted ? recipe.windowWeighting : nil
      let value = term.value(in: self, weighting)
      guard value.isFinite else { throw Divergence(step: step, what: "term \(recipeTerm.name)", value: value) }
      let weight = weight(of: recipeTerm, value, batchFigures)
      figures.take(recipeTerm, value, weight)
      if weight.value != 0 { term.addGradient(in: self, weight: weight.value, weighting) }
    }
    let gradient = workspace.outputGradient.first(batch.windows)
    losses.finishGradient(into: gradient)
    guard let chain, let rolloutWeight else { return false }
    chain.backward(
      learner.parameters, workspace: workspace, weight: rolloutWeight, options: options, into: gradients,
      outputGradient: gradient)
    return chain.hasWorkspaces
  }

  /// The value of the rollout, from the output of the step.
  func rolloutValue() -> Double {
    chain?.forward(learner.parameters, workspace: workspace, batch: batch, step: step, options: options) ?? 0
  }

  /// The value of the order verifier, from the chunks of the batch.
  func orderVerifierValue() -> Double {
    learner.verifier?.value(
      target: batch.targets.first(batch.windows), contexts: batch.contexts.first(batch.roles.context * batch.windows),
      noise: Noise(seed: position.seed, step: step)) ?? 0
  }

  private func weight(of term: RecipeTerm, _ value: Double, _ batch: BatchSummary) -> Weight {
    let cosines =
      term.weight.adaptive == nil ? [] : (0..<self.batch.windows).map { losses.cosineOfLastAndNext(window: $0) }
    return term.weight.weight(epoch: position.epoch, loss: value, batch: batch, lastCosines: cosines)
  }
}

extension StepFigures {
  fileprivate mutating func take(_ term: RecipeTerm, _ value: Double, _ weight: Weight) {
    let name = term.name
    terms[name] = value
    weights[name] = weight.value
    loss += weight.value * value
    if term.weight.followsBatch { ratio = (ratio ?? 0) + (weight.ratio ?? 0) }
    confidence = weight.confidence ?? confidence
    if weight.isSkipped { skipped += 1 }
  }
}

/// A loss or a gradient that is not finite: training ends, and what was good is kept.
public struct Divergence: Error, Hashable, Sendable {
  /// Of the optimizer, over all epochs.
  public var step: Int
  /// `term mse`, `the gradient`.
  public var what: String
  /// The value: NaN or infinite.
  public var value: Double
}

extension TrainingPass {
  /// Whether windows fit a network.
  static func check(
    _ configuration: Configuration, _ roles: Roles, dim: Int, previous: Recipe.Previous
  ) throws {
    func fault(_ problem: String, hint: String? = nil) -> Failure { Failure(.badData, problem, hint: hint) }
    guard dim == configuration.dim else {
      throw fault("the model takes vectors of \(configuration.dim) entries, the windows' have \(dim)")
    }
    guard roles.context == configuration.context else {
      throw fault(
        "the model takes \(configuration.context) context chunks, the windows have \(roles.context)",
        hint: "seq-build --ctx \(configuration.context) makes windows that fit")
    }
    guard previous != .secondLast || roles.context >= 2 else {
      throw fault("the recipe's previous vector is context[-2], the windows have one context chunk")
    }
    guard previous != .slot || !roles.slots(of: "previous").isEmpty else {
      throw fault("the recipe's previous vector has a slot of its own, the windows have none")
    }
  }

  /// Whether windows have what the terms need.
  static func check(_ terms: [RecipeTerm], _ roles: Roles) throws {
    let futures = roles.slots(of: "future").count
    for term in terms where futures < term.needs.futures {
      let needed = term.needs.futures
      throw Failure(
        .badData, "the term \(term.name) needs \(needed) chunks after the target, the windows have \(futures)",
        hint: "seq-build --futures \(needed) adds them")
    }
  }
}
