package import Kernels

/// One layer of a transformer: `torch.nn.TransformerDecoderLayer` with cross-attention, else
/// `torch.nn.TransformerEncoderLayer`; post-norm, or pre-norm.
///
/// A block whose output is wanted at the last position alone computes nothing else but its keys and values.
package struct TransformerBlock: Sendable {
  struct Style: Hashable, Sendable {
    /// Attends to a memory after itself.
    var hasCross = false
    var isCausal = false
    /// Norms before the sublayers (and GELU inside), not after their sums (and ReLU).
    var isPreNorm = false
  }

  private let style: Style
  private let configuration: Configuration
  /// Self-attention.
  package let own: AttentionLayer
  /// Attention to the memory, where the style has it.
  package let cross: AttentionLayer?
  /// The last sublayer.
  package let feedForward: FeedForwardLayer
  /// One a sublayer.
  package let norms: [NormParameters]
  private let site: Int

  /// Sites of chance that one block takes.
  private static let sites = 6

  /// - Parameter isLast: whether only the last position's output is wanted.
  init(
    _ name: String, _ style: Style, _ configuration: Configuration, index: Int, isLast: Bool,
    in layout: inout ParameterLayout
  ) {
    self.style = style
    self.configuration = configuration
    site = index * Self.sites
    let attention = Attention(
      heads: configuration.heads, context: configuration.context, firstOutput: isLast ? configuration.context - 1 : 0,
      isCausal: style.isCausal)
    own = AttentionLayer("\(name).self_attn", configuration, attention, site: site, in: &layout)
    cross =
      style.hasCross
      ? AttentionLayer("\(name).multihead_attn", configuration, attention, site: site + 1, in: &layout) : nil
    feedForward = FeedForwardLayer(
      name, style.isPreNorm ? .gelu : .relu, configuration, site: site + 2, in: &layout)
    var norms: [NormParameters] = []
    for number in 1...(style.hasCross ? 3 : 2) {
      norms.append(NormParameters("\(name).norm\(number)", width: configuration.width, in: &layout))
    }
    self.norms = norms
  }

  private func dropout(_ options: ForwardOptions, _ sublayer: Int) -> Dropout? {
    Dropout(options.noise, site: site + 3 + sublayer, rate: configuration.dropout)
  }

  private var attention: Attention { own.attention }

  final class State<Scalar: Real> {
    fileprivate let own: AttentionLayer.State<Scalar>
    fileprivate let cross: AttentionLayer.State<Scalar>?
    fileprivate let feedForward: FeedForwardLayer.State<Scalar>
    fileprivate let records: [LayerNorm<Scalar>.Record]
    /// What each norm gives; of a pre-norm block the first is of all positions.
    fileprivate let normed: [Matrix<Scalar>]
    /// x after the attention, in a pre-norm block.
    fileprivate let sum: Matrix<Scalar>
    /// (outputs · capacity, width).
    let output: Matrix<Scalar>

    init(_ block: TransformerBlock, capacity n: Int, training: Bool, in arena: Arena<Scalar>) {
      let (attention, width) = (block.attention, block.configuration.width)
      let rows = attention.outputs * n
      let firstRows = block.style.isPreNorm ? attention.context * n : rows
      own = AttentionLayer.State(block.own, capacity: n, training: training, in: arena)
      cross = block.cross.map { AttentionLayer.State($0, capacity: n, training: training, in: arena) }
      feedForward = FeedForwardLayer.State(block.feedForward, rows: rows, in: arena)
      records = block.norms.indices.map {
        LayerNorm.Record(arena, rows: $0 == 0 ? firstRows : rows, width: width)
      }
      normed = block.norms.indices.map { arena.matrix(rows: $0 == 0 ? firstRows : rows, columns: width) }
      sum = arena.matrix(rows: block.style.isPreNorm ? rows : 0, columns: width)
      output = block.style.isPreNorm ? arena.matrix(rows: rows, columns: width) : normed[normed.count - 1]
    }
  }

  final class Scratch<Scalar: Real> {
    fileprivate let attention: AttentionLayer.Scratch<Scalar>
    fileprivate let dWide: Matrix<Scalar>
    fileprivate let dSums: [Matrix<Scalar>]
    fileprivate let dropped: Matrix<Scalar>

    init(_ configuration: Configuration, capacity n: Int, in arena: Arena<Scalar>) {
      let (rows, width) = (configuration.context * n, configuration.width)
      attention = AttentionLayer.Scratch(configuration, capacity: n, in: arena)
      dWide = arena.matrix(rows: rows, columns: configuration.feedForward)
      dSums = (0..<2).map { _ in arena.matrix(rows: rows, columns: width) }
      dropped = arena.matrix(rows: rows, columns: width)
    }
  }

  /// What a block reads.
  struct Input<Scalar: Real> {
    /// (context · n, width).
    let x: Matrix<Scalar>
    /// (context · n, width), for cross-attention.
    let memory: Matrix<Scalar>
  }

  /// Where the gradients of an input go.
  struct InputGradients<Scalar: Real> {
    /// (context · n, width). It is not the gradient of the output.
    let x: GradientTarget<Scalar>
    /// (context · n, width), added to.
    let memory: Matrix<Scalar>
  }

  /// - Returns: (outputs · n, width), in `state`.
  func forward<Scalar: Real>(
    _ input: Input<Scalar>, _ pass: ForwardPass<Scalar>, _ state: State<Scalar>
  ) -> Matrix<Scalar> {
    style.isPreNorm ? forwardPreNorm(input.x, pass, state) : forwardPostNorm(input, pass, state)
  }

  /// - Parameter dOutput: (outputs · n, width).
  func backward<Scalar: Real>(
    _ dOutput: Matrix<Scalar>, _ input: Input<Scalar>, into gradients: InputGradients<Scalar>,
    _ pass: BackwardPass<Scalar>, _ state: State<Scalar>, _ scratch: Scratch<Scalar>
  ) {
    if !gradients.x.adding { gradients.x.matrix.first(attention.firstOutput * pass.windows).fill(0) }
    if style.isPreNorm {
      backwardPreNorm(dOutput, into: gradients.x, pass, state, scratch)
    } else {
      backwardPostNorm(dOutput, input, into: gradients, pass, state, scratch)
    }
  }

  /// The rows of the positions whose output is computed.
  private func outputRows<Scalar: Real>(_ x: Matrix<Scalar>, _ n: Int) -> Matrix<Scalar> {
    x.rows(attention.firstOutput * n..<attention.context * n)
  }
}

// MARK: Post-norm: x = norm(x + sublayer(x))

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

  private func forwardPostNorm<Scalar: Real>(
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

  private func backwardPostNorm<Scalar: Real>(
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

// MARK: Pre-norm: x = x + sublayer(norm(x))

extension TransformerBlock {
  private func forwardPreNorm<Scalar: Real>(
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

  private func backwardPreNorm<Scalar: Real>(
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
