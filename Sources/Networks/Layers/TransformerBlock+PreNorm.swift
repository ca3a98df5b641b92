internal import Kernels

// Pre-norm: x = x + sublayer(norm(x)).
extension TransformerBlock {
  func forwardPreNorm<Scalar: Real>(
    _ x: Matrix<Scalar>, _ pass: ForwardPass<Scalar>, _ state: State<Scalar>
  ) -> Matrix<Scalar> {
    let (n, options) = (pass.windows, pass.options)
    let rows = attention.outputs * n
    let first = state.normed[0].first(x.rows)
    let second = state.normed[1].first(rows)
    let (sum, output) = (state.sum.first(rows), state.output.first(rows))
    norms[0](pass.parameters).forward(x, into: first, record: state.records[0])
    let mixed = own.forward(.init(x: first, first: 0, memory: first), pass, state.own)
    norms[1](pass.parameters).forward(
      mixed, addedTo: outputRows(x, n), dropout: dropout(options, 0), sum: sum, into: second,
      record: state.records[1])
    let wide = feedForward.forward(second, pass, state.feedForward)
    Residual.add(wide, to: sum, dropout: dropout(options, 1), into: output)
    return output
  }

  func backwardPreNorm<Scalar: Real>(
    _ dOutput: Matrix<Scalar>, into target: GradientTarget<Scalar>, _ pass: BackwardPass<Scalar>,
    _ state: State<Scalar>, _ scratch: Scratch<Scalar>
  ) {
    let (n, dx) = (pass.windows, target.matrix)
    let rows = attention.outputs * n
    let (dNormed, dSum) = (scratch.dSums[0], scratch.dSums[1].first(rows))
    let dropped = scratch.dropped.first(rows)
    // Through the feed-forward: dSum = dOutput + norm's share.
    dropped.copy(from: dOutput)
    dropout(pass.options, 1)?.apply(dropped, into: dropped)
    dNormed.first(rows).fill(0)
    feedForward.backward(
      dropped, state.normed[1].first(rows), into: dNormed.first(rows), pass, state.feedForward, dWide: scratch.dWide)
    dSum.copy(from: dOutput)
    norms[1](pass.parameters).backward(
      dNormed.first(rows), record: state.records[1], into: dSum, addingInput: true,
      gradients: norms[1](pass.gradients), adding: pass.adding)
    // Through the attention.
    dropped.copy(from: dSum)
    dropout(pass.options, 0)?.apply(dropped, into: dropped)
    let first = state.normed[0].first(attention.context * n)
    let dFirst = dNormed.first(first.rows)
    dFirst.fill(0)
    own.backward(
      dropped, .init(x: first, first: 0, memory: first), into: .init(x: dFirst, memory: dFirst), pass, state.own,
      scratch.attention)
    if target.adding {
      Residual.add(dSum, to: outputRows(dx, n), dropout: nil, into: outputRows(dx, n))
    } else {
      outputRows(dx, n).copy(from: dSum)
    }
    norms[0](pass.parameters).backward(
      dFirst, record: state.records[0], into: dx, addingInput: true, gradients: norms[0](pass.gradients),
      adding: pass.adding)
  }
}
