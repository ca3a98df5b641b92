package import Kernels

/// The feed-forward half of a transformer's layer: linear2(dropout(activation(linear1(x)))).
package struct FeedForwardLayer: Sendable {
  /// linear1: width to feedForward.
  package let widening: LinearParameters
  /// linear2: feedForward to width.
  package let narrowing: LinearParameters
  private let activation: Activation
  private let configuration: Configuration
  private let site: Int

  init(
    _ name: String, _ activation: Activation, _ configuration: Configuration, site: Int,
    in layout: inout ParameterLayout
  ) {
    self.activation = activation
    self.configuration = configuration
    self.site = site
    widening = layout.addLinear(
      "\(name).linear1", inputs: configuration.width, outputs: configuration.feedForward)
    narrowing = layout.addLinear(
      "\(name).linear2", inputs: configuration.feedForward, outputs: configuration.width)
  }

  /// Buffers of one batch's way through the layer.
  package final class State<Scalar: Real> {
    /// Before the activation, where the way back needs it.
    fileprivate let wide: Matrix<Scalar>
    /// (capacity, feedForward).
    fileprivate let hidden: Matrix<Scalar>
    /// (capacity, width): what the layer gives.
    let output: Matrix<Scalar>

    /// Buffers for `rows` rows.
    package init(_ layer: FeedForwardLayer, rows: Int, in arena: Arena<Scalar>) {
      hidden = arena.matrix(rows: rows, columns: layer.configuration.feedForward)
      wide =
        layer.activation == .gelu ? arena.matrix(rows: rows, columns: layer.configuration.feedForward) : hidden
      output = arena.matrix(rows: rows, columns: layer.configuration.width)
    }
  }

  private func dropout(_ options: ForwardOptions) -> Dropout? {
    Dropout(options.noise, site: site, rate: configuration.dropout)
  }

  /// The forward half with ReLU, by maps that are given.
  package static func forward<Scalar: Real>(
    _ x: Matrix<Scalar>, _ widening: Linear<Scalar>, _ narrowing: Linear<Scalar>, dropout: Dropout?,
    _ state: State<Scalar>
  ) -> Matrix<Scalar> {
    let (hidden, output) = (state.hidden.first(x.rows), state.output.first(x.rows))
    RectifiedLinear.forward(x, widening, into: hidden, dropout: dropout)
    narrowing.forward(hidden, into: output)
    return output
  }

  /// - Returns: (n, width), in `state`.
  func forward<Scalar: Real>(
    _ x: Matrix<Scalar>, _ pass: ForwardPass<Scalar>, _ state: State<Scalar>
  ) -> Matrix<Scalar> {
    let (wider, narrower) = (pass.parameters.linear(widening), pass.parameters.linear(narrowing))
    let dropout = dropout(pass.options)
    switch activation {
    case .relu: return Self.forward(x, wider, narrower, dropout: dropout, state)
    case .gelu:
      let (hidden, output) = (state.hidden.first(x.rows), state.output.first(x.rows))
      let wide = state.wide.first(x.rows)
      wider.forward(x, into: wide)
      Activation.gelu.forward(wide, into: hidden, dropout: dropout)
      narrower.forward(hidden, into: output)
      return output
    }
  }

  /// - Parameters:
  ///   - dOutput: (n, width).
  ///   - x: as in `forward`.
  ///   - dx: added to.
  ///   - dWide: scratch, (n, feedForward).
  func backward<Scalar: Real>(
    _ dOutput: Matrix<Scalar>, _ x: Matrix<Scalar>, into dx: Matrix<Scalar>, _ pass: BackwardPass<Scalar>,
    _ state: State<Scalar>, dWide: Matrix<Scalar>
  ) {
    let (gradients, adding) = (pass.gradients, pass.adding)
    let hidden = state.hidden.first(x.rows)
    let dWide = dWide.first(x.rows)
    let next = pass.parameters.linear(narrowing)
    switch activation {
    case .relu:
      next.backward(dOutput, hidden, into: nil, gradients: gradients.linear(narrowing), adding: adding)
      RectifiedLinear.backward(dOutput, next, hidden, into: dWide, dropout: dropout(pass.options))
    case .gelu:
      next.backward(dOutput, hidden, into: dWide, gradients: gradients.linear(narrowing), adding: adding)
      Activation.gelu.backward(
        dWide, state.wide.first(x.rows), into: dWide, dropout: dropout(pass.options))
    }
    pass.parameters.linear(widening).backward(
      dWide, x, into: dx, addingInput: true, gradients: gradients.linear(widening), adding: adding)
  }
}
