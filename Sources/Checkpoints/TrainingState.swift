public import JSON
public import Kernels
public import Networks

/// What training needs to go on as if it had never stopped, beyond the parameters themselves.
///
/// The tensors stand in a checkpoint under names that begin with `training.`, so that the others are a network's
/// `state_dict`.
public struct TrainingState {
  /// Recipe, epoch, step, random state, learning rate, controllers, history: whoever trains knows what it holds. Null
  /// where there is nothing to say.
  public var state: JSON
  /// Of every parameter that is learnt; nil where no optimizer has made a step.
  public var moments: Moments?
  /// Further tensors, such as those of an auxiliary head that only training has, by their names.
  public var extras: [String: Tensor]

  public init(state: JSON = .null, moments: Moments? = nil, extras: [String: Tensor] = [:]) {
    self.state = state
    self.moments = moments
    self.extras = extras
  }

  /// The optimizer's running means of gradients and of their squares, laid out as the parameters are.
  public struct Moments {
    public let first: Parameters<Float>
    public let second: Parameters<Float>

    public init(first: Parameters<Float>, second: Parameters<Float>) {
      precondition(first.layout == second.layout, "moments of one network")
      self.first = first
      self.second = second
    }

    /// Zeros.
    public init(_ layout: ParameterLayout) {
      self.init(first: Parameters(layout), second: Parameters(layout))
    }
  }
}

/// Numbers with a shape, for tensors that no layout knows.
public struct Tensor: Hashable, Sendable {
  /// [] for a scalar.
  public let shape: [Int]
  public var numbers: [Float]

  public init(shape: [Int], numbers: [Float]) {
    precondition(shape.reduce(1, *) == numbers.count, "as many numbers as the shape says")
    self.shape = shape
    self.numbers = numbers
  }
}

/// How the tensors of training are named.
enum TrainingName {
  static let prefix = "training."
  static let firstMoment = "training.first_moment."
  static let secondMoment = "training.second_moment."
  static let extra = "training.extra."
}
