package import Kernels

/// The head of `transformer`: a linear map, exact GELU, a norm, and a linear map to `dim`.
package struct DecoderHead: Sendable {
  private let inner: LinearParameters
  private let norm: NormParameters
  private let outer: LinearParameters
  private let width: Int

  init(_ configuration: Configuration, in layout: inout ParameterLayout) {
    width = configuration.width
    inner = layout.addLinear("head.0", inputs: width, outputs: width)
    norm = NormParameters("head.2", width: width, in: &layout)
    outer = layout.addLinear("head.3", inputs: width, outputs: configuration.dim)
  }

  /// Buffers of one batch's way through the head.
  package final class State<Scalar: Real> {
    /// (capacity, width): before GELU, after it, and normed.
    fileprivate let inner: Matrix<Scalar>
    fileprivate let active: Matrix<Scalar>
    fileprivate let normed: Matrix<Scalar>
    fileprivate let record: LayerNorm<Scalar>.Record
    fileprivate let gradients: [Matrix<Scalar>]

    /// Buffers for `capacity` windows; with `training` also those of the way back.
    package init(_ head: DecoderHead, capacity n: Int, training: Bool, in arena: Arena<Scalar>) {
      inner = arena.matrix(rows: n, columns: head.width)
      active = arena.matrix(rows: n, columns: head.width)
      normed = arena.matrix(rows: n, columns: head.width)
      record = LayerNorm.Record(arena, rows: n, width: head.width)
      gradients = (0..<2).map { _ in arena.matrix(rows: training ? n : 0, columns: head.width) }
    }
  }

  /// - Parameters:
  ///   - x: (n, width).
  ///   - output: (n, dim).
  package func forward<Scalar: Real>(
    _ x: Matrix<Scalar>, _ parameters: Parameters<Scalar>, into output: Matrix<Scalar>, _ state: State<Scalar>
  ) {
    let n = x.rows
    parameters.linear(inner).forward(x, into: state.inner.first(n))
    Activation.gelu.forward(state.inner.first(n), into: state.active.first(n))
    norm(parameters).forward(state.active.first(n), into: state.normed.first(n), record: state.record)
    parameters.linear(outer).forward(state.normed.first(n), into: output)
  }

  /// - Parameters:
  ///   - dOutput: (n, dim).
  ///   - x: as in `forward`.
  /// - Returns: the gradient of x, in `state`.
  func backward<Scalar: Real>(
    _ dOutput: Matrix<Scalar>, _ x: Matrix<Scalar>, _ parameters: Parameters<Scalar>, _ state: State<Scalar>,
    into gradients: Parameters<Scalar>, adding: Bool
  ) -> Matrix<Scalar> {
    let n = x.rows
    let (dNormed, dActive) = (state.gradients[0].first(n), state.gradients[1].first(n))
    parameters.linear(outer).backward(
      dOutput, state.normed.first(n), into: dNormed, gradients: gradients.linear(outer), adding: adding)
    norm(parameters).backward(
      dNormed, record: state.record, into: dActive, gradients: norm(gradients), adding: adding)
    Activation.gelu.backward(dActive, state.inner.first(n), into: dActive)
    parameters.linear(inner).backward(
      dActive, x, into: dNormed, gradients: gradients.linear(inner), adding: adding)
    return dNormed
  }
}
