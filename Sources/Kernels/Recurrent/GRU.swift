/// One layer of a GRU (Cho et al., 2014) as `torch.nn.GRU`, over sequences from position 0 and a state of zeros.
///
/// With gates r, z, n in this order along 3·hidden, a = W_ih·x + b_ih and u = W_hh·h + b_hh: r = σ(a_r + u_r),
/// z = σ(a_z + u_z), n = tanh(a_n + r·u_n), h′ = (1 − z)·n + z·h. Rows are position-major, as with `LSTM`.
///
/// The same structure over other numbers holds the gradients of its parameters.
public struct GRU<Scalar: Real> {
  /// (3·hidden, in) and (1, 3·hidden): a.
  public let input: Linear<Scalar>
  /// (3·hidden, hidden) and (1, 3·hidden): u.
  public let recurrent: Linear<Scalar>

  /// Parameters, or their gradients, named and shaped as PyTorch's.
  public init(
    inputWeight: Matrix<Scalar>, hiddenWeight: Matrix<Scalar>, inputBias: Matrix<Scalar>, hiddenBias: Matrix<Scalar>
  ) {
    precondition(
      inputWeight.rows == 3 * hiddenWeight.columns && hiddenWeight.rows == inputWeight.rows,
      "weights that are not of three gates")
    input = Linear(weight: inputWeight, bias: inputBias)
    recurrent = Linear(weight: hiddenWeight, bias: hiddenBias)
  }

  /// Hidden numbers of a unit row.
  public var hidden: Int { recurrent.weight.columns }

  /// What a batch leaves behind for the way back.
  public struct State {
    /// (steps · capacity, 3·hidden): a, then the activated gates; after `backward`, the gradient by a.
    let gates: Matrix<Scalar>
    /// (steps · capacity, 3·hidden): u; after `backward`, the gradient by u.
    let recurrents: Matrix<Scalar>
    /// (steps · capacity, hidden): the layer's output.
    public let hiddens: Matrix<Scalar>

    /// - Parameter steps: of every sequence, `capacity` of which at most go together.
    public init(_ arena: Arena<Scalar>, steps: Int, capacity: Int, hidden: Int) {
      gates = arena.matrix(rows: steps * capacity, columns: 3 * hidden)
      recurrents = arena.matrix(rows: steps * capacity, columns: 3 * hidden)
      hiddens = arena.matrix(rows: steps * capacity, columns: hidden)
    }
  }

  /// Computes `state.hiddens` of the rows of x.
  ///
  /// - Parameters:
  ///   - x: (steps · windows, in).
  ///   - windows: n, the rows of a step.
  ///   - repeated: where many rows of x are the same; its outputs are the gates.
  public func forward(_ x: Matrix<Scalar>, windows n: Int, _ state: State, repeated: RepeatedRows<Scalar>? = nil) {
    precondition(n > 0 && x.rows % n == 0, "rows that are no whole steps")
    let gates = state.gates.first(x.rows)
    if let repeated { repeated.forward(x, input, into: gates) } else { input.forward(x, into: gates) }
    for start in stride(from: 0, to: x.rows, by: n) {
      let recurrents = state.recurrents.rows(start..<start + n)
      if start > 0 {
        recurrent.forward(state.hiddens.rows(start - n..<start), into: recurrents)
      } else if let bias = recurrent.bias {
        for row in 0..<n { recurrents.rows(row..<row + 1).copy(from: bias) }
      }
      Workers.parallel(n, minimum: max(1, 1024 / hidden)) { rows in
        for row in rows { Self.step(state, start + row, before: start > 0 ? start - n + row : nil) }
      }
    }
  }

  private static func step(_ state: State, _ row: Int, before: Int?) {
    let hiddens = state.hiddens
    advance(
      state.gates.base + row * state.gates.stride, state.recurrents.base + row * state.recurrents.stride,
      before.map { UnsafePointer(hiddens.base + $0 * hiddens.stride) }, hiddens.base + row * hiddens.stride,
      hiddens.columns)
  }

  /// Activates a row's gates where they are, and gives its hiddens.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private static func advance(
    _ gates: UnsafeMutablePointer<Scalar>, _ recurrents: UnsafePointer<Scalar>, _ before: UnsafePointer<Scalar>?,
    _ hiddens: UnsafeMutablePointer<Scalar>, _ hidden: Int
  ) {
    let (updates, candidates) = (gates + hidden, gates + 2 * hidden)
    for j in stride(from: 0, to: hidden, by: 8) {
      let count = min(8, hidden - j)
      let r = Scalar.logistic(Lanes.load(gates + j, count) + Lanes.load(recurrents + j, count))
      let z = Scalar.logistic(Lanes.load(updates + j, count) + Lanes.load(recurrents + hidden + j, count))
      let u = Lanes.load(recurrents + 2 * hidden + j, count)
      let n = Scalar.hyperbolicTangent(Lanes.load(candidates + j, count) + r * u)
      var h = (1 - z) * n
      if let before { h += z * Lanes.load(before + j, count) }
      Lanes.store(r, gates + j, count)
      Lanes.store(z, updates + j, count)
      Lanes.store(n, candidates + j, count)
      Lanes.store(h, hiddens + j, count)
    }
  }

  /// The way back through the rows of x, after `forward` of the same arguments.
  ///
  /// - Parameters:
  ///   - hiddenGradient: the gradient by the hiddens.
  ///   - target: (steps · windows, in), for the gradient of x; nil where nobody asks for it. It is not the hidden
  ///     gradient's matrix.
  ///   - gradients: overwritten, or added to with `adding`.
  public func backward(
    _ x: Matrix<Scalar>, windows n: Int, _ state: State, _ hiddenGradient: HiddenGradient<Scalar>,
    into target: GradientTarget<Scalar>?, gradients: GRU, adding: Bool
  ) {
    let (dh, ofLastStep) = (hiddenGradient.rows, hiddenGradient.isOfLastStep)
    precondition(dh.rows == x.rows && dh.columns == hidden, "a hidden gradient of another shape than the hiddens")
    for start in stride(from: x.rows - n, through: 0, by: -n) {
      Workers.parallel(n, minimum: max(1, 1024 / hidden)) { rows in
        for row in rows {
          Self.stepBack(state, dh, start + row, before: start > 0 ? start - n + row : nil, adding: !ofLastStep)
        }
      }
      if start > 0 {
        MatrixProduct.of(
          state.recurrents.rows(start..<start + n), recurrent.weight, into: dh.rows(start - n..<start), adding: true)
      }
    }
    let recurrents = state.recurrents.first(x.rows)
    // The first step has no hiddens before it, and its biases all the same.
    MatrixProduct.transposed(
      recurrents.rows(n..<x.rows), state.hiddens.first(x.rows - n), into: gradients.recurrent.weight, adding: adding)
    if let bias = gradients.recurrent.bias { Columns.sum(recurrents, into: bias, adding: adding) }
    input.backward(
      state.gates.first(x.rows), x, into: target?.matrix, addingInput: target?.adding ?? false,
      gradients: gradients.input, adding: adding)
  }

  private static func stepBack(_ state: State, _ dh: Matrix<Scalar>, _ row: Int, before: Int?, adding: Bool) {
    let hiddens = state.hiddens
    backwardStep(
      state.gates.base + row * state.gates.stride, state.recurrents.base + row * state.recurrents.stride,
      before.map { UnsafePointer(hiddens.base + $0 * hiddens.stride) }, dh.base + row * dh.stride,
      before.map { dh.base + $0 * dh.stride }, adding: adding, hiddens.columns)
  }

  /// Turns a row's activated gates into the gradient by a, and its u into the gradient by u; gives the step before the
  /// part of its gradient that goes past the gates.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private static func backwardStep(
    _ gates: UnsafeMutablePointer<Scalar>, _ recurrents: UnsafeMutablePointer<Scalar>,
    _ before: UnsafePointer<Scalar>?, _ dh: UnsafePointer<Scalar>, _ dhBefore: UnsafeMutablePointer<Scalar>?,
    adding: Bool, _ hidden: Int
  ) {
    let (updates, candidates) = (gates + hidden, gates + 2 * hidden)
    for j in stride(from: 0, to: hidden, by: 8) {
      let count = min(8, hidden - j)
      let r = Lanes.load(gates + j, count)
      let z = Lanes.load(updates + j, count)
      let n = Lanes.load(candidates + j, count)
      let dh = Lanes.load(dh + j, count)
      let dn = dh * (1 - z) * (1 - n * n)
      let dr = dn * Lanes.load(recurrents + 2 * hidden + j, count) * r * (1 - r)
      var difference = -n
      if let before { difference += Lanes.load(before + j, count) }
      let dz = dh * difference * z * (1 - z)
      if let dhBefore {
        Lanes.store(adding ? dh * z + Lanes.load(dhBefore + j, count) : dh * z, dhBefore + j, count)
      }
      Lanes.store(dr, gates + j, count)
      Lanes.store(dz, updates + j, count)
      Lanes.store(dn, candidates + j, count)
      Lanes.store(dr, recurrents + j, count)
      Lanes.store(dz, recurrents + hidden + j, count)
      Lanes.store(dn * r, recurrents + 2 * hidden + j, count)
    }
  }
}
