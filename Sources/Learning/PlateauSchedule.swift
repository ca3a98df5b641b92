/// A learning rate that falls when the validation error stops improving, as PyTorch's `ReduceLROnPlateau` in mode `min`
/// with a relative threshold.
public struct PlateauSchedule: Hashable, Sendable {
  /// When the rate falls, and by how much.
  public let rule: Recipe.Plateau
  /// What the base rate has been multiplied by.
  public private(set) var factor: Double
  /// The lowest validation error so far; nil before the first epoch.
  public private(set) var best: Double?
  /// Epochs in a row that were not better.
  public private(set) var badEpochs: Int

  /// Creates a schedule, at its beginning or where a checkpoint left it.
  public init(_ rule: Recipe.Plateau, factor: Double = 1, best: Double? = nil, badEpochs: Int = 0) {
    self.rule = rule
    self.factor = factor
    self.best = best
    self.badEpochs = badEpochs
  }

  /// Takes the validation error of an epoch's end; `factor` is then that of the next epoch.
  public mutating func add(error: Double) {
    if best.map({ error < $0 * (1 - rule.threshold) }) ?? true {
      best = error
      badEpochs = 0
    } else {
      badEpochs += 1
    }
    guard badEpochs > rule.patience else { return }
    factor *= rule.factor
    badEpochs = 0
  }
}
