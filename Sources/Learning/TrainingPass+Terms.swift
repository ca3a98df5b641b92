internal import Failures
internal import Kernels
internal import Networks
internal import Vectors

extension TrainingPass {
  /// Evaluates the terms, weighs them, and leaves the loss's gradient in the pass's `outputGradient`.
  ///
  /// - Returns: whether the gradients of the parameters hold something already.
  /// - Throws: `Divergence` where a term is not finite.
  func addTerms(to figures: inout StepFigures, _ options: ForwardOptions) throws -> Bool {
    let signs = BatchSigns(
      mse: losses.value(of: .mse), cosineNext: figures.cosineNext, cosinePrevious: figures.cosinePrevious)
    var rollout: Double?
    for term in terms {
      let value = try self.value(of: term, options)
      let weight = weight(of: term, value, signs)
      figures.take(term, value, weight)
      guard weight.value != 0 else { continue }
      switch term.kind {
      case .rollout: rollout = weight.value
      case .orderVerifier: learner.verifier?.addGradient(weight: weight.value)
      default:
        guard let loss = term.loss(epoch: position.epoch) else { break }
        losses.addGradient(of: loss, weight: weight.value, gate: gate(of: term))
      }
    }
    let gradient = workspace.outputGradient.first(batch.windows)
    losses.finishGradient(into: gradient)
    guard let chain, let rollout else { return false }
    chain.backward(
      learner.parameters, workspace: workspace, weight: rollout, options: options, into: gradients,
      outputGradient: gradient)
    return chain.hasWorkspaces
  }

  private func value(of term: RecipeTerm, _ options: ForwardOptions) throws -> Double {
    let value =
      switch term.kind {
      case .rollout:
        chain?.forward(learner.parameters, workspace: workspace, batch: batch, step: step, options: options) ?? 0
      case .orderVerifier:
        learner.verifier?.value(
          target: batch.targets.first(batch.windows),
          contexts: batch.contexts.first(batch.roles.context * batch.windows),
          noise: Noise(seed: position.seed, step: step)) ?? 0
      default: term.loss(epoch: position.epoch).map { losses.value(of: $0, gate: gate(of: term)) } ?? 0
      }
    guard value.isFinite else { throw Divergence(step: step, what: "term \(term.kind.rawValue)", value: value) }
    return value
  }

  private func gate(of term: RecipeTerm) -> DirectionalGate? { term.isGated ? recipe.gate?.directional : nil }

  private func weight(of term: RecipeTerm, _ value: Double, _ signs: BatchSigns) -> Weight {
    let cosines =
      term.weight.adaptive == nil ? [] : (0..<batch.windows).map { losses.cosineOfLastAndNext(window: $0) }
    return term.weight.weight(epoch: position.epoch, loss: value, signs: signs, lastCosines: cosines)
  }
}

extension StepFigures {
  fileprivate mutating func take(_ term: RecipeTerm, _ value: Double, _ weight: Weight) {
    let name = term.kind.rawValue
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
  public var value: Double
}

extension TrainingPass {
  /// Whether windows fit a network.
  static func check(
    _ configuration: Configuration, _ roles: Roles, dim: Int, previous: Recipe.Previous
  ) throws {
    func fault(_ problem: String, _ hint: String? = nil) -> Failure { Failure(.badData, problem, hint: hint) }
    guard dim == configuration.dim else {
      throw fault("the model takes vectors of \(configuration.dim) entries, the windows' have \(dim)")
    }
    guard roles.context == configuration.context else {
      throw fault(
        "the model takes \(configuration.context) context chunks, the windows have \(roles.context)",
        "seq-build --ctx \(configuration.context) makes windows that fit")
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
    for term in terms {
      let needed =
        switch term.kind {
        case .futureMargin: 1
        case .rollout: Int(term.parameter("horizon", epoch: 1)) - 1
        default: 0
        }
      guard futures < needed else { continue }
      throw Failure(
        .badData, "the term \(term.kind.rawValue) needs \(needed) chunks after the target, the windows have \(futures)",
        hint: "seq-build --futures \(needed) adds them")
    }
  }
}
