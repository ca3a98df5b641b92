internal import Kernels
internal import Networks
internal import Vectors

/// The rollout loss (P4): a model predicts, its unit prediction slides into the context, and it predicts again. The
/// loss is the mean over the steps of the mean squared error of the unit predictions against the true chunks; its
/// gradient goes back through the whole chain.
final class RolloutChain<Scalar: Real> {
  private struct Link {
    /// nil for the first, whose pass is the training's own.
    let workspace: (any Workspace<Scalar>)?
    /// (capacity, dim): u(p).
    let unit: Matrix<Scalar>
    /// (capacity, dim): the later passes' gradient by it.
    let gradient: Matrix<Scalar>
    /// (capacity, 1): ‖p‖.
    let norms: Matrix<Scalar>
  }

  private let arena = Arena<Scalar>()
  private let links: [Link]
  private let dim: Int
  private let context: Int
  private let seed: UInt64
  private let loss: RolloutLoss<Scalar>
  /// (1, capacity).
  private let ones: Matrix<Double>
  private let doubles = Arena<Double>()
  private var batch: WindowBatch<Scalar>?
  private var step = 0

  init(_ network: any Network, capacity: Int, horizon: Int, seed: UInt64) {
    (dim, context) = (network.configuration.dim, network.configuration.context)
    self.seed = seed
    let (arena, dim) = (arena, dim)
    links = (0..<horizon).map { step in
      Link(
        workspace: step == 0
          ? nil : network.makeWorkspace(Scalar.self, capacity: capacity, training: true, contextGradient: true),
        unit: arena.matrix(rows: capacity, columns: dim), gradient: arena.matrix(rows: capacity, columns: dim),
        norms: arena.matrix(rows: capacity, columns: 1))
    }
    loss = RolloutLoss(capacity: capacity)
    ones = doubles.matrix(rows: 1, columns: capacity)
    ones.fill(1)
  }

  /// Whether there is more than the first step, so that `backward` writes gradients of parameters.
  var hasWorkspaces: Bool { links.count > 1 }

  /// The loss, from the output of the first step that `workspace` holds.
  ///
  /// - Parameter batch: good until `backward`.
  func forward(
    _ parameters: Parameters<Scalar>, workspace: any Workspace<Scalar>, batch: WindowBatch<Scalar>, step: Int,
    options: ForwardOptions
  ) -> Double {
    (self.batch, self.step) = (batch, step)
    let windows = batch.windows
    var sum = 0.0
    for (place, link) in links.enumerated() {
      let output = (link.workspace ?? workspace).output.first(windows)
      if let own = link.workspace {
        slide(into: own, place, from: workspace, windows)
        own.forward(parameters, windows: windows, options: optionsOf(place, options))
      }
      UnitRows.forward(output, into: link.unit.first(windows), norms: link.norms)
      sum += loss.evaluate(output, truth(place, batch))
    }
    return sum / Double(links.count)
  }

  /// The true chunks of a step, (n, dim).
  private func truth(_ place: Int, _ batch: WindowBatch<Scalar>) -> Matrix<Scalar> {
    guard place > 0, let futures = batch.futures else { return batch.targets.first(batch.windows) }
    return futures.rows((place - 1) * batch.windows..<place * batch.windows)
  }

  /// Every pass drops other activations.
  private func optionsOf(_ place: Int, _ options: ForwardOptions) -> ForwardOptions {
    var own = options
    if own.noise != nil { own.noise = Noise(seed: mixed(seed &+ UInt64(place)), step: step) }
    return own
  }

  private func slot(_ contexts: Matrix<Scalar>, _ slot: Int, _ windows: Int) -> Matrix<Scalar> {
    contexts.columns(0..<dim).rows(slot * windows..<(slot + 1) * windows)
  }

  /// Slot t of pass `place` is slot t + place of the first one's, and beyond its end a prediction.
  private func slide(into own: any Workspace<Scalar>, _ place: Int, from first: any Workspace<Scalar>, _ windows: Int) {
    for position in 0..<context {
      let from = position + place
      let source = from < context ? slot(first.contexts, from, windows) : links[from - context].unit.first(windows)
      slot(own.contexts, position, windows).copy(from: source)
    }
  }

  /// Adds the gradient of `weight` times the loss.
  ///
  /// - Parameters:
  ///   - pass: as in `forward`.
  ///   - gradients: of the parameters, overwritten with what comes through the later passes.
  ///   - outputGradient: of the first pass's output, (n, dim), added to.
  func backward(
    _ parameters: Parameters<Scalar>, workspace: any Workspace<Scalar>, weight: Double, options: ForwardOptions,
    into gradients: Parameters<Scalar>, outputGradient: Matrix<Scalar>
  ) {
    guard let batch else { return }
    let windows = batch.windows
    for link in links { link.gradient.first(windows).fill(0) }
    for (place, link) in links.enumerated().reversed() {
      let gradient = link.workspace?.outputGradient.first(windows) ?? outputGradient
      let output = (link.workspace ?? workspace).output.first(windows)
      loss.evaluate(
        output, truth(place, batch), weight: weight / Double(links.count), into: gradient, adding: link.workspace == nil
      )
      if place + 1 < links.count {
        UnitRows.backward(
          link.gradient.first(windows), link.unit.first(windows), norms: link.norms, into: gradient, adding: true)
      }
      guard let own = link.workspace else { continue }
      own.backward(
        parameters, windows: windows, options: optionsOf(place, options), into: gradients,
        adding: place < links.count - 1)
      propagate(own, place, windows)
    }
  }

  /// Adds the gradient by a pass's contexts to that of the predictions that were in them.
  private func propagate(_ own: any Workspace<Scalar>, _ place: Int, _ windows: Int) {
    guard let gradient = own.contextGradient else { return }
    for position in max(0, context - place)..<context {
      Rows.scale(
        slot(gradient, position, windows), by: ones.columns(0..<windows),
        into: links[position + place - context].gradient.first(windows), adding: true)
    }
  }
}
