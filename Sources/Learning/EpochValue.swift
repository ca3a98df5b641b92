/// A number that may change from epoch to epoch: how recipes write weights, margins and targets.
public enum EpochValue: Hashable, Sendable {
  case constant(Double)
  /// From each epoch on its value, in ascending order of epochs; 0 before the first.
  case steps([Step])
  /// 0 in epoch 1, rising linearly to `maximum` over so many epochs: maximum · min(1, (epoch − 1) / epochs).
  case ramp(maximum: Double, epochs: Int)

  /// A value and the epoch from which on it holds.
  public struct Step: Hashable, Sendable {
    /// Counted from 1.
    public var epoch: Int
    /// The value.
    public var value: Double

    /// Creates a step.
    public init(_ epoch: Int, _ value: Double) {
      self.epoch = epoch
      self.value = value
    }
  }

  /// - Parameter epoch: counted from 1.
  public func value(epoch: Int) -> Double {
    switch self {
    case .constant(let value): value
    case .steps(let steps): steps.last { $0.epoch <= epoch }?.value ?? 0
    case .ramp(let maximum, let epochs): maximum * min(1, Double(epoch - 1) / Double(epochs))
    }
  }

  /// Whether it has a value of its own in every epoch.
  var beginsAtOnce: Bool {
    guard case .steps(let steps) = self else { return true }
    return steps.first?.epoch == 1
  }

  /// All numbers it takes or approaches.
  var numbers: [Double] {
    switch self {
    case .constant(let value): [value]
    case .steps(let steps): steps.map(\.value)
    case .ramp(let maximum, _): [0, maximum]
    }
  }
}
