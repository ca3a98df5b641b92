internal import Kernels

/// A linear map, an activation and a norm, as heads are made of: the buffers of one such layer, and the way through it.
struct NormedLayer<Scalar: Real> {
  /// (capacity, width): before the activation, and after it.
  private let linear: Matrix<Scalar>
  private let active: Matrix<Scalar>
  private let record: LayerNorm<Scalar>.Record
  /// (capacity, width): the output.
  let normed: Matrix<Scalar>
  /// (capacity, width): the loss's gradient by `normed`, for whoever comes after to fill; `backward` overwrites it.
  let gradient: Matrix<Scalar>

  init(_ arena: Arena<Scalar>, capacity: Int, width: Int, training: Bool) {
    linear = arena.matrix(rows: capacity, columns: width)
    active = arena.matrix(rows: capacity, columns: width)
    record = LayerNorm.Record(arena, rows: capacity, width: width)
    normed = arena.matrix(rows: capacity, columns: width)
    gradient = arena.matrix(rows: training ? capacity : 0, columns: width)
  }

  /// The layer's parameters, or their gradients.
  struct Maps {
    let map: Linear<Scalar>
    let norm: LayerNorm<Scalar>

    init(_ parameters: Parameters<Scalar>, _ map: LinearParameters, _ norm: NormParameters) {
      self.map = parameters.linear(map)
      self.norm = norm(parameters)
    }
  }

  /// - Returns: `normed` of as many rows as x.
  func forward(_ x: Matrix<Scalar>, _ maps: Maps, _ activation: Activation) -> Matrix<Scalar> {
    let n = x.rows
    maps.map.forward(x, into: linear.first(n))
    activation.forward(linear.first(n), into: active.first(n))
    maps.norm.forward(active.first(n), into: normed.first(n), record: record)
    return normed.first(n)
  }

  /// From `gradient` to dx, overwritten where it is asked for. Leaves in `gradient` that of the linear map's output.
  func backward(
    _ x: Matrix<Scalar>, _ maps: Maps, _ activation: Activation, into dx: Matrix<Scalar>?, gradients: Maps,
    adding: Bool
  ) {
    let n = x.rows
    let gradient = gradient.first(n)
    maps.norm.backward(gradient, record: record, into: gradient, gradients: gradients.norm, adding: adding)
    activation.backward(gradient, activation == .relu ? active.first(n) : linear.first(n), into: gradient)
    maps.map.backward(gradient, x, into: dx, gradients: gradients.map, adding: adding)
  }
}
