internal import Kernels

/// The part of a network that reads a context: contexts in, one row of features a window out. Heads build on it.
///
/// Its initializer takes the layout to add its parameters to, and the configuration that their shapes follow from. Its
/// sites of dropout are numbered below 1000, and a head's from there on.
protocol Encoder: Sendable {
  /// Columns of a row of features.
  var width: Int { get }

  /// Buffers for batches of up to `capacity` windows, allocated once; the arguments are those of `Network.makeWorkspace`.
  func makeWorkspace<Scalar: Real>(
    _ type: Scalar.Type, capacity: Int, training: Bool, contextGradient: Bool
  ) -> any EncoderWorkspace<Scalar>
}

/// One batch's way through an encoder and back. Rows of contexts are position-major, as in `Workspace`.
protocol EncoderWorkspace<Scalar>: AnyObject {
  associatedtype Scalar: Real
  /// (context · capacity, inputWidth): the caller fills the first context · windows rows, `dim` columns each.
  var contexts: Matrix<Scalar> { get }
  /// (capacity, width).
  var features: Matrix<Scalar> { get }
  /// (capacity, width): the loss's gradient by `features`, for the head to fill; left as it is.
  var featureGradient: Matrix<Scalar> { get }
  /// (context · capacity, inputWidth), where asked for. `backward` overwrites it; a head that reads the contexts too adds
  /// its share afterwards.
  var contextGradient: Matrix<Scalar>? { get }

  /// Computes `features` of the first `windows` windows.
  func forward(_ parameters: Parameters<Scalar>, windows: Int, options: ForwardOptions)
  /// Computes the gradients of the encoder's own parameters from `featureGradient` and what the last `forward`, of the
  /// same arguments, left; the other entries of `gradients` are not touched.
  ///
  /// - Parameter adding: to what `gradients` holds; else overwrites it.
  func backward(
    _ parameters: Parameters<Scalar>, windows: Int, options: ForwardOptions, into gradients: Parameters<Scalar>,
    adding: Bool)
}
