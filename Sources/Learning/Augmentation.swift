public import Kernels
internal import Vectors

/// Damage to the last slot of training contexts, so that a model does not learn to copy it.
///
/// Which windows, and how, follows from the noise of the step and the window's number in its batch alone.
public struct Augmentation: Hashable, Sendable {
  /// What a dropped slot becomes.
  public enum Replacement: Hashable, CaseIterable, Sendable {
    /// A random direction.
    case noise
    case zero
    /// The unit mean of the other slots; 0 where there are none.
    case mean
  }

  /// Context-drop: the probability that the last slot of a window is replaced.
  public var dropProbability = 0.0
  /// By what: each with the same probability.
  public var replacements = Replacement.allCases
  /// Last-slot noise: the probability that the last slot of a window, where it was not dropped, is disturbed.
  public var noiseProbability = 0.0
  /// Of those, the share whose last slot is overwritten by the one before; the others become unit(c + σ · noise) with
  /// normal noise in every entry.
  public var overwriteShare = 0.05
  /// σ.
  public var deviation = 0.03

  /// Changes nothing.
  public init() {}

  /// - Parameters:
  ///   - contexts: (context · windows, dim), position-major: changed in place.
  ///   - windows: in the batch.
  ///   - noise: of the step.
  /// - Returns: the windows that were changed.
  @discardableResult
  public func apply<Scalar: Real>(to contexts: Matrix<Scalar>, windows: Int, noise: Noise) -> Int {
    guard windows > 0, dropProbability > 0 || noiseProbability > 0 else { return 0 }
    precondition(contexts.rows % windows == 0, "whole slots")
    let site = noise.site(.augmentation)
    var changed = 0
    for window in 0..<windows {
      var generator = site.generator(window)
      // Both are drawn always: what one probability is does not change what the other chooses.
      let (isDropped, isDisturbed) = (generator.uniform() < dropProbability, generator.uniform() < noiseProbability)
      if isDropped, !replacements.isEmpty {
        replace(contexts, windows, window, &generator)
        changed += 1
      } else if isDisturbed {
        disturb(contexts, windows, window, &generator)
        changed += 1
      }
    }
    return changed
  }

  private func replace<Scalar: Real>(
    _ contexts: Matrix<Scalar>, _ windows: Int, _ window: Int, _ generator: inout SeededGenerator
  ) {
    let place = contexts.rows - windows + window
    let last = contexts.rows(place..<place + 1)
    last.fill(0)
    switch replacements[generator.index(below: replacements.count)] {
    case .zero: return
    case .noise: SingleRows.addNoise(to: last, deviation: 1, &generator)
    case .mean:
      for other in stride(from: window, to: place, by: windows) {
        SingleRows.add(contexts.rows(other..<other + 1), to: last)
      }
    }
    SingleRows.normalize(last)
  }

  private func disturb<Scalar: Real>(
    _ contexts: Matrix<Scalar>, _ windows: Int, _ window: Int, _ generator: inout SeededGenerator
  ) {
    let place = contexts.rows - windows + window
    let last = contexts.rows(place..<place + 1)
    if generator.uniform() < overwriteShare {
      let before = place - windows
      if before >= 0 { last.copy(from: contexts.rows(before..<before + 1)) }
    } else {
      SingleRows.addNoise(to: last, deviation: deviation, &generator)
      SingleRows.normalize(last)
    }
  }
}
