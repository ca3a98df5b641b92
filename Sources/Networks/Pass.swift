internal import Kernels

/// What every layer of a forward pass computes with.
struct ForwardPass<Scalar: Real> {
  let parameters: Parameters<Scalar>
  /// n, the windows of the batch.
  let windows: Int
  let options: ForwardOptions

  init(_ parameters: Parameters<Scalar>, windows: Int, _ options: ForwardOptions) {
    (self.parameters, self.windows, self.options) = (parameters, windows, options)
  }
}

/// What every layer of a backward pass computes with.
struct BackwardPass<Scalar: Real> {
  /// The forward pass that it goes back through.
  let forward: ForwardPass<Scalar>
  /// Overwritten, or added to with `adding`.
  let gradients: Parameters<Scalar>
  let adding: Bool

  var parameters: Parameters<Scalar> { forward.parameters }
  var windows: Int { forward.windows }
  var options: ForwardOptions { forward.options }

  init(_ forward: ForwardPass<Scalar>, into gradients: Parameters<Scalar>, adding: Bool) {
    (self.forward, self.gradients, self.adding) = (forward, gradients, adding)
  }
}
