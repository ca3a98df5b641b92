public import Kernels

/// A function of parameters and contexts. It knows neither streams nor files, and holds no numbers: those are in
/// `Parameters` and in a `Workspace`.
public protocol Network: Sendable {
  /// What it is: its architecture and sizes.
  var configuration: Configuration { get }
  /// Its parameters' names, shapes and places.
  var layout: ParameterLayout { get }
  /// Buffers for batches of up to `capacity` windows: whatever forward and backward need, allocated once.
  ///
  /// - Parameters:
  ///   - training: whether `backward` will be called.
  ///   - contextGradient: whether backward also yields the gradient of the contexts.
  func makeWorkspace<Scalar: Real>(
    _ type: Scalar.Type, capacity: Int, training: Bool, contextGradient: Bool
  ) -> any Workspace<Scalar>
}

/// One batch's way through a network: inputs, activations, outputs, and the way back.
///
/// Rows are position-major: slot t of window b in a batch of n windows is row t·n + b of `contexts`.
public protocol Workspace<Scalar>: AnyObject {
  /// The kind of number it computes with.
  associatedtype Scalar: Real
  /// (context · capacity, inputWidth): the caller fills the first context · windows rows, `dim` columns each. The column
  /// of a positional scalar is the workspace's own.
  var contexts: Matrix<Scalar> { get }
  /// (capacity, dim): the raw output p.
  var output: Matrix<Scalar> { get }
  /// (capacity, dim): the loss's gradient by `output`, for the caller to fill.
  var outputGradient: Matrix<Scalar> { get }
  /// (context · capacity, inputWidth), where the workspace was made with `contextGradient`; overwritten by `backward`.
  var contextGradient: Matrix<Scalar>? { get }

  /// Computes `output` of the first `windows` windows.
  func forward(_ parameters: Parameters<Scalar>, windows: Int, options: ForwardOptions)
  /// Computes the gradients of parameters from `outputGradient` and what the last `forward`, of the same arguments, left.
  ///
  /// - Parameter adding: to what `gradients` holds; else overwrites it.
  func backward(
    _ parameters: Parameters<Scalar>, windows: Int, options: ForwardOptions, into gradients: Parameters<Scalar>,
    adding: Bool)
}

/// What else a network's output depends on.
public struct ForwardOptions: Hashable, Sendable {
  /// The chance that training zeroes activations by; nil outside training, where nothing is zeroed.
  public var noise: Noise?
  /// The positional column is linspace(0, 1, context) · this (P5).
  public var positionalScale = 0.0
  /// Taken off the attention logits of the last slot's key (P5.1).
  public var lastSlotBias = 0.0

  /// No noise, and neither scale nor bias.
  public init() {}
}
