public import Kernels

/// What gives windows their predictions: a network with its parameters, or a baseline without any.
public protocol Predictor<Scalar>: AnyObject {
  /// The kind of number it computes with.
  associatedtype Scalar: Real
  /// (context · capacity, dim): the caller fills the first context · windows rows, position-major: slot t of window b
  /// among n is row t·n + b. Left as it is.
  var contexts: Matrix<Scalar> { get }
  /// (capacity, dim): the raw output p.
  var output: Matrix<Scalar> { get }
  /// Computes `output` of the first `windows` windows. What earlier calls computed of the same chunks may be used again.
  func predict(windows: Int)
  /// Drops what is kept of earlier calls, so that there is room: to be called where the windows to come have little in
  /// common with those before.
  func forget()
}

extension Predictor {
  /// Does nothing, as suits a predictor that keeps nothing.
  public func forget() {}
}
