public import JSON
public import Kernels
public import Networks

/// What training needs, besides the parameters, to resume as if it had never stopped.
///
/// In a checkpoint the names of these tensors begin with `training.`, so that the others are a network's `state_dict`.
public struct TrainingState {
  /// Recipe, epoch, step, random state, learning rate, controllers, history: Learning defines its members. Null where
  /// there is no such state.
  public var state: JSON
  /// The moments of every trainable parameter; nil before the optimizer's first step.
  public var moments: Moments?
  /// Further tensors by name, such as those of an auxiliary head that only training has.
  public var extras: [String: Tensor]

  /// A state; empty without arguments.
  public init(state: JSON = .null, moments: Moments? = nil, extras: [String: Tensor] = [:]) {
    self.state = state
    self.moments = moments
    self.extras = extras
  }

  /// The optimizer's running means of gradients and of their squares, laid out as the parameters are.
  public struct Moments {
    /// Running means of the gradients.
    public let first: Parameters<Float>
    /// Running means of the squared gradients, none negative.
    public let second: Parameters<Float>

    /// Moments of one layout.
    public init(first: Parameters<Float>, second: Parameters<Float>) {
      precondition(first.layout == second.layout, "first and second moments of different networks")
      self.first = first
      self.second = second
    }

    /// Zeros, as before the first step.
    public init(_ layout: ParameterLayout) {
      self.init(first: Parameters(layout), second: Parameters(layout))
    }
  }
}

/// The prefixes of the names of training's tensors.
enum TrainingName {
  static let prefix = "training."
  static let firstMoment = "training.first_moment."
  static let secondMoment = "training.second_moment."
  static let extra = "training.extra."
}
