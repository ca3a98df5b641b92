/// One layer of an LSTM (Hochreiter and Schmidhuber, 1997) as `torch.nn.LSTM`, over sequences from position 0 and a state
/// of zeros.
///
/// With gates i, f, g, o in this order along 4·hidden: pre = W_ih·x + b_ih + W_hh·h + b_hh, c′ = σ(f)·c + σ(i)·tanh(g),
/// h′ = σ(o)·tanh(c′). Rows are position-major: step t of window b in a batch of n windows is row t·n + b, so that a
/// step's rows, and all rows but the first step's, lie together.
///
/// The same structure over other numbers holds the gradients of its parameters.
public struct LSTM<Scalar: Real> {
  /// (4·hidden, in).
  public let inputWeight: Matrix<Scalar>
  /// (4·hidden, hidden).
  public let hiddenWeight: Matrix<Scalar>
  /// (1, 4·hidden).
  public let inputBias: Matrix<Scalar>
  /// (1, 4·hidden).
  public let hiddenBias: Matrix<Scalar>

  /// Parameters, or their gradients, named and shaped as PyTorch's.
  public init(
    inputWeight: Matrix<Scalar>, hiddenWeight: Matrix<Scalar>, inputBias: Matrix<Scalar>, hiddenBias: Matrix<Scalar>
  ) {
    precondition(
      inputWeight.rows == 4 * hiddenWeight.columns && hiddenWeight.rows == inputWeight.rows,
      "weights that are not of four gates")
    precondition(
      inputBias.columns == inputWeight.rows && hiddenBias.columns == inputWeight.rows,
      "biases that are not of four gates")
    self.inputWeight = inputWeight
    self.hiddenWeight = hiddenWeight
    self.inputBias = inputBias
    self.hiddenBias = hiddenBias
  }

  /// Hidden numbers of a unit row.
  public var hidden: Int { hiddenWeight.columns }

  /// What a batch leaves behind for the way back.
  public struct State {
    /// (steps · capacity, 4·hidden): activated gates; after `backward`, the gradients before activation.
    let gates: Matrix<Scalar>
    /// (steps · capacity, hidden).
    let cells: Matrix<Scalar>
    /// (steps · capacity, hidden): the layer's output.
    public let hiddens: Matrix<Scalar>
    /// (capacity, hidden): the gradient by the cells of the step at hand.
    let cellGradient: Matrix<Scalar>
    /// (1, 4·hidden): the sum of both biases.
    let bias: Matrix<Scalar>

    /// - Parameters:
    ///   - steps: of every sequence, `capacity` of which at most go together.
    ///   - training: whether `backward` will be called.
    public init(_ arena: Arena<Scalar>, steps: Int, capacity: Int, hidden: Int, training: Bool) {
      gates = arena.matrix(rows: steps * capacity, columns: 4 * hidden)
      cells = arena.matrix(rows: steps * capacity, columns: hidden)
      hiddens = arena.matrix(rows: steps * capacity, columns: hidden)
      cellGradient = arena.matrix(rows: training ? capacity : 0, columns: hidden)
      bias = arena.matrix(rows: 1, columns: 4 * hidden)
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
    state.bias.copy(from: inputBias)
    Columns.sum(hiddenBias, into: state.bias, adding: true)
    let (input, gates) = (Linear(weight: inputWeight, bias: state.bias), state.gates.first(x.rows))
    if let repeated { repeated.forward(x, input, into: gates) } else { input.forward(x, into: gates) }
    for start in stride(from: 0, to: x.rows, by: n) {
      let gates = state.gates.rows(start..<start + n)
      if start > 0 {
        MatrixProduct.ofTransposed(state.hiddens.rows(start - n..<start), hiddenWeight, into: gates, adding: true)
      }
      Workers.parallel(n, minimum: max(1, 1024 / hidden)) { rows in
        for row in rows { Self.step(state, start + row, before: start > 0 ? start - n + row : nil) }
      }
    }
  }

  private static func step(_ state: State, _ row: Int, before: Int?) {
    advance(
      state.gates.base + row * state.gates.stride,
      before.map { UnsafePointer(state.cells.base + $0 * state.cells.stride) },
      state.cells.base + row * state.cells.stride, state.hiddens.base + row * state.hiddens.stride,
      state.hiddens.columns)
  }

  /// Activates a row's gates where they are, and gives its cells and hiddens.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private static func advance(
    _ gates: UnsafeMutablePointer<Scalar>, _ before: UnsafePointer<Scalar>?, _ cells: UnsafeMutablePointer<Scalar>,
    _ hiddens: UnsafeMutablePointer<Scalar>, _ hidden: Int
  ) {
    let (forgets, candidates, outputs) = (gates + hidden, gates + 2 * hidden, gates + 3 * hidden)
    for j in stride(from: 0, to: hidden, by: 8) {
      let count = min(8, hidden - j)
      let i = Scalar.logistic(Lanes.load(gates + j, count))
      let f = Scalar.logistic(Lanes.load(forgets + j, count))
      let g = Scalar.hyperbolicTangent(Lanes.load(candidates + j, count))
      let o = Scalar.logistic(Lanes.load(outputs + j, count))
      var c = i * g
      if let before { c += f * Lanes.load(before + j, count) }
      Lanes.store(i, gates + j, count)
      Lanes.store(f, forgets + j, count)
      Lanes.store(g, candidates + j, count)
      Lanes.store(o, outputs + j, count)
      Lanes.store(c, cells + j, count)
      Lanes.store(o * Scalar.hyperbolicTangent(c), hiddens + j, count)
    }
  }

  /// The way back through the rows of x, after `forward` of the same arguments.
  ///
  /// - Parameters:
  ///   - hiddenGradient: the gradient by the hiddens.
  ///   - dx: (steps · windows, in), overwritten; nil where nobody asks for it. It may be the hidden
  ///     gradient's matrix.
  ///   - gradients: overwritten, or added to with `adding`.
  public func backward(
    _ x: Matrix<Scalar>, windows n: Int, _ state: State, _ hiddenGradient: HiddenGradient<Scalar>,
    into dx: Matrix<Scalar>?, gradients: LSTM, adding: Bool
  ) {
    let (dh, ofLastStep) = (hiddenGradient.rows, hiddenGradient.isOfLastStep)
    precondition(dh.rows == x.rows && dh.columns == hidden, "a hidden gradient of another shape than the hiddens")
    for start in stride(from: x.rows - n, through: 0, by: -n) {
      let isLast = start == x.rows - n
      Workers.parallel(n, minimum: max(1, 1024 / hidden)) { rows in
        for row in rows {
          Self.stepBack(state, dh, start + row, row, before: start > 0 ? start - n + row : nil, isLast: isLast)
        }
      }
      if start > 0 {
        MatrixProduct.of(
          state.gates.rows(start..<start + n), hiddenWeight, into: dh.rows(start - n..<start), adding: !ofLastStep)
      }
    }
    let gates = state.gates.first(x.rows)
    MatrixProduct.transposed(gates, x, into: gradients.inputWeight, adding: adding)
    MatrixProduct.transposed(
      gates.rows(n..<x.rows), state.hiddens.first(x.rows - n), into: gradients.hiddenWeight, adding: adding)
    Columns.sum(gates, into: gradients.inputBias, adding: adding)
    Columns.sum(gates, into: gradients.hiddenBias, adding: adding)
    if let dx { MatrixProduct.of(gates, inputWeight, into: dx) }
  }

  private static func stepBack(
    _ state: State, _ dh: Matrix<Scalar>, _ row: Int, _ window: Int, before: Int?, isLast: Bool
  ) {
    let cells = state.cells
    backwardStep(
      state.gates.base + row * state.gates.stride, before.map { UnsafePointer(cells.base + $0 * cells.stride) },
      cells.base + row * cells.stride, dh.base + row * dh.stride,
      state.cellGradient.base + window * state.cellGradient.stride, isLast: isLast, cells.columns)
  }

  /// Turns a row's activated gates into the gradients before activation, and the gradient by its cells into that by the
  /// cells before, which `isLast` says is yet to begin.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private static func backwardStep(
    _ gates: UnsafeMutablePointer<Scalar>, _ before: UnsafePointer<Scalar>?, _ cells: UnsafePointer<Scalar>,
    _ dh: UnsafePointer<Scalar>, _ cellGradient: UnsafeMutablePointer<Scalar>, isLast: Bool, _ hidden: Int
  ) {
    let (forgets, candidates, outputs) = (gates + hidden, gates + 2 * hidden, gates + 3 * hidden)
    for j in stride(from: 0, to: hidden, by: 8) {
      let count = min(8, hidden - j)
      let i = Lanes.load(gates + j, count)
      let f = Lanes.load(forgets + j, count)
      let g = Lanes.load(candidates + j, count)
      let o = Lanes.load(outputs + j, count)
      let dh = Lanes.load(dh + j, count)
      let tangent = Scalar.hyperbolicTangent(Lanes.load(cells + j, count))
      var dc = dh * o * (1 - tangent * tangent)
      if !isLast { dc += Lanes.load(cellGradient + j, count) }
      var df = SIMD8<Scalar>(repeating: 0)
      if let before { df = dc * Lanes.load(before + j, count) * f * (1 - f) }
      Lanes.store(dc * f, cellGradient + j, count)
      Lanes.store(dc * g * i * (1 - i), gates + j, count)
      Lanes.store(df, forgets + j, count)
      Lanes.store(dc * i * (1 - g * g), candidates + j, count)
      Lanes.store(dh * tangent * o * (1 - o), outputs + j, count)
    }
  }
}
