package import Kernels

// Post-norm: x = norm(x + sublayer(x)).
extension TransformerBlock {
  /// A part of a block, whose output is added to its input.
  package enum Sublayer: Sendable {
    case attention
    case crossAttention
    case feedForward
  }

  /// In the order in which they are computed; each has the norm of its number.
  private var sublayers: [Sublayer] {
    style.hasCross ? [.attention, .crossAttention, .feedForward] : [.attention, .feedForward]
  }

  /// The sequence of a post-norm block, for whoever computes one: x = norm(x + sublayer(x)), sublayer by sublayer.
  ///
  /// - Parameters:
  ///   - x: (n, width), of the positions whose output is wanted.
  ///   - output: computes a sublayer's output from its input.
  ///   - norm: computes the norm of this number of the sum of a sublayer's output and its input.
  /// - Returns: what the last norm returns.
  package func forwardPostNorm<Scalar: Real>(
    _ x: Matrix<Scalar>, output: (Sublayer, _ x: Matrix<Scalar>) -> Matrix<Scalar>,
    norm: (_ number: Int, _ output: Matrix<Scalar>, _ x: Matrix<Scalar>) -> Matrix<Scalar>
  ) -> Matrix<Scalar> {
    var x = x
    for (number, sublayer) in sublayers.enumerated() { x = norm(number, output(sublayer, x), x) }
    return x
  }

  func forwardPostNorm<Scalar: Real>(
    _ input: Input<Scalar>, _ pass: ForwardPass<Scalar>, _ state: State<Scalar>
  ) -> Matrix<Scalar> {
    let n = pass.windows
    return forwardPostNorm(outputRows(input.x, n)) { sublayer, x in
      switch (sublayer, cross, state.cross) {
      case (.attention, _, _):
        own.forward(.init(x: input.x, first: 0, memory: input.x), pass, state.own)
      case (.crossAttention, let cross?, let crossState?):
        cross.forward(.init(x: x, first: attention.firstOutput, memory: input.memory), pass, crossState)
      case (.crossAttention, _, _): preconditionFailure("cross-attention in a block without it")
      case (.feedForward, _, _): feedForward.forward(x, pass, state.feedForward)
      }
    } norm: { number, output, x in
      let y = state.normed[number].first(x.rows)
      norms[number](pass.parameters).forward(
        output, addedTo: x, dropout: dropout(pass.options, number), into: y, record: state.records[number])
      return y
    }
  }

  func backwardPostNorm<Scalar: Real>(
    _ dOutput: Matrix<Scalar>, _ input: Input<Scalar>, into gradients: InputGradients<Scalar>,
    _ pass: BackwardPass<Scalar>, _ state: State<Scalar>, _ scratch: Scratch<Scalar>
  ) {
    let (n, dx) = (pass.windows, gradients.x.matrix)
    let rows = attention.outputs * n
    var dy = dOutput
    for (number, sublayer) in sublayers.enumerated().reversed() {
      let dropout = dropout(pass.options, number)
      let isInput = number == 0 && !gradients.x.adding
      let dSum = isInput ? outputRows(dx, n) : scratch.dSums[number % 2].first(rows)
      let dropped = dropout == nil ? nil : scratch.dropped.first(rows)
      norms[number](pass.parameters).backward(
        dy, record: state.records[number], into: dSum, dropped: dropped.map { ($0, dropout) },
        gradients: norms[number](pass.gradients), adding: pass.adding)
      if number == 0, gradients.x.adding {
        Residual.add(dSum, to: outputRows(dx, n), dropout: nil, into: outputRows(dx, n))
      }
      let dSublayer = dropped ?? dSum
      switch (sublayer, cross, state.cross) {
      case (.attention, _, _):
        own.backward(
          dSublayer, .init(x: input.x, first: 0, memory: input.x), into: .init(x: dx, memory: dx), pass, state.own,
          scratch.attention)
      case (.crossAttention, let cross?, let crossState?):
        let x = state.normed[number - 1].first(rows)
        cross.backward(
          dSublayer, .init(x: x, first: attention.firstOutput, memory: input.memory),
          into: .init(x: dSum, memory: gradients.memory), pass, crossState, scratch.attention)
      case (.crossAttention, _, _): preconditionFailure("cross-attention in a block without it")
      case (.feedForward, _, _):
        feedForward.backward(
          dSublayer, state.normed[number - 1].first(rows), into: dSum, pass, state.feedForward, dWide: scratch.dWide)
      }
      dy = dSum
    }
  }
}
