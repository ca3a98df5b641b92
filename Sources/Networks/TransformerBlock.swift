internal import Kernels

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

  /// - Parameters:
  ///   - x: (context · n, width).
  ///   - memory: (context · n, width), for cross-attention.
  /// - Returns: (outputs · n, width), in `state`.
  func forward<Scalar: Real>(
    _ x: Matrix<Scalar>, memory: Matrix<Scalar>, _ parameters: Parameters<Scalar>, windows n: Int,
    _ options: ForwardOptions, _ state: State<Scalar>
  ) -> Matrix<Scalar> {
    style.isPreNorm
      ? forwardPreNorm(x, parameters, windows: n, options, state)
      : forwardPostNorm(x, memory: memory, parameters, windows: n, options, state)
  }

  /// - Parameters:
  ///   - dOutput: (outputs · n, width).
  ///   - dx: (context · n, width), overwritten or, with `addingInput`, added to. It is not `dOutput`.
  ///   - dMemory: (context · n, width), added to.
  func backward<Scalar: Real>(
    _ dOutput: Matrix<Scalar>, x: Matrix<Scalar>, memory: Matrix<Scalar>, _ parameters: Parameters<Scalar>,
    windows n: Int, _ options: ForwardOptions, _ state: State<Scalar>, _ scratch: Scratch<Scalar>, dx: Matrix<Scalar>,
    addingInput: Bool, dMemory: Matrix<Scalar>, into gradients: Parameters<Scalar>, adding: Bool
  ) {
    if !addingInput { dx.first(attention.firstOutput * n).fill(0) }
    if style.isPreNorm {
      backwardPreNorm(
        dOutput, parameters, windows: n, options, state, scratch, dx: dx, addingInput: addingInput,
        into: gradients, adding: adding)
    } else {
      backwardPostNorm(
        dOutput, x: x, memory: memory, parameters, windows: n, options, state, scratch, dx: dx,
        addingInput: addingInput, dMemory: dMemory, into: gradients, adding: adding)
    }
  }

  /// The rows of the positions whose output is computed.
  private func outputRows<Scalar: Real>(_ x: Matrix<Scalar>, _ n: Int) -> Matrix<Scalar> {
    x.rows(attention.firstOutput * n..<attention.context * n)
  }
}

// MARK: Post-norm: x = norm(x + sublayer(x))

extension TransformerBlock {
  private func forwardPostNorm<Scalar: Real>(
    _ x: Matrix<Scalar>, memory: Matrix<Scalar>, _ parameters: Parameters<Scalar>, windows n: Int,
    _ options: ForwardOptions, _ state: State<Scalar>
  ) -> Matrix<Scalar> {
    let rows = attention.outputs * n
    var sum = outputRows(x, n)
    var next = own.forward(x, from: 0, memory: x, parameters, windows: n, options, state.own)
    for (number, norm) in norms.enumerated() {
      let y = state.normed[number].first(rows)
      norm(parameters).forward(
        next, addedTo: sum, dropout: dropout(options, number), into: y, record: state.records[number])
      sum = y
      if number == norms.count - 1 { break }
      if number == 0, let cross, let crossState = state.cross {
        next = cross.forward(
          y, from: attention.firstOutput, memory: memory, parameters, windows: n, options, crossState)
      } else {
        next = feedForward.forward(y, parameters, options, state.feedForward)
      }
    }
    return sum
  }

  private func backwardPostNorm<Scalar: Real>(
    _ dOutput: Matrix<Scalar>, x: Matrix<Scalar>, memory: Matrix<Scalar>, _ parameters: Parameters<Scalar>,
    windows n: Int, _ options: ForwardOptions, _ state: State<Scalar>, _ scratch: Scratch<Scalar>, dx: Matrix<Scalar>,
    addingInput: Bool, dMemory: Matrix<Scalar>, into gradients: Parameters<Scalar>, adding: Bool
  ) {
    let rows = attention.outputs * n
    let last = norms.count - 1
    var dy = dOutput
    for number in norms.indices.reversed() {
      let dropout = dropout(options, number)
      let isInput = number == 0 && !addingInput
      let dSum = isInput ? outputRows(dx, n) : scratch.dSums[number % 2].first(rows)
      let dropped = dropout == nil ? nil : scratch.dropped.first(rows)
      norms[number](parameters).backward(
        dy, record: state.records[number], into: dSum, dropped: dropped, dropout: dropout,
        gradients: norms[number](gradients), adding: adding)
      if number == 0, addingInput { Residual.add(dSum, to: outputRows(dx, n), dropout: nil, into: outputRows(dx, n)) }
      let dSublayer = dropped ?? dSum
      if number == last {
        feedForward.backward(
          dSublayer, state.normed[number - 1].first(rows), parameters, options, state.feedForward,
          dWide: scratch.dWide, dx: dSum, into: gradients, adding: adding)
      } else if number == 1, let cross, let crossState = state.cross {
        cross.backward(
          dSublayer, x: state.normed[0].first(rows), from: attention.firstOutput, memory: memory, parameters,
          windows: n,
          options, crossState, scratch.attention, dx: dSum, dMemory: dMemory, into: gradients, adding: adding)
      } else {
        own.backward(
          dSublayer, x: x, from: 0, memory: x, parameters, windows: n, options, state.own, scratch.attention, dx: dx,
          dMemory: dx, into: gradients, adding: adding)
      }
      dy = dSum
    }
  }
}

// MARK: Pre-norm: x = x + sublayer(norm(x))

extension TransformerBlock {
  private func forwardPreNorm<Scalar: Real>(
    _ x: Matrix<Scalar>, _ parameters: Parameters<Scalar>, windows n: Int, _ options: ForwardOptions,
    _ state: State<Scalar>
  ) -> Matrix<Scalar> {
    let rows = attention.outputs * n
    let first = state.normed[0].first(x.rows)
    let second = state.normed[1].first(rows)
    let (sum, output) = (state.sum.first(rows), state.output.first(rows))
    norms[0](parameters).forward(x, into: first, record: state.records[0])
    let mixed = own.forward(first, from: 0, memory: first, parameters, windows: n, options, state.own)
    norms[1](parameters).forward(
      mixed, addedTo: outputRows(x, n), dropout: dropout(options, 0), sum: sum, into: second,
      record: state.records[1])
    let wide = feedForward.forward(second, parameters, options, state.feedForward)
    Residual.add(wide, to: sum, dropout: dropout(options, 1), into: output)
    return output
  }

  private func backwardPreNorm<Scalar: Real>(
    _ dOutput: Matrix<Scalar>, _ parameters: Parameters<Scalar>, windows n: Int, _ options: ForwardOptions,
    _ state: State<Scalar>, _ scratch: Scratch<Scalar>, dx: Matrix<Scalar>, addingInput: Bool,
    into gradients: Parameters<Scalar>, adding: Bool
  ) {
    let rows = attention.outputs * n
    let (dNormed, dSum) = (scratch.dSums[0], scratch.dSums[1].first(rows))
    let dropped = scratch.dropped.first(rows)
    // Through the feed-forward: dSum = dOutput + norm's share.
    dropped.copy(from: dOutput)
    dropout(options, 1)?.apply(dropped, into: dropped)
    dNormed.first(rows).fill(0)
    feedForward.backward(
      dropped, state.normed[1].first(rows), parameters, options, state.feedForward, dWide: scratch.dWide,
      dx: dNormed.first(rows), into: gradients, adding: adding)
    dSum.copy(from: dOutput)
    norms[1](parameters).backward(
      dNormed.first(rows), record: state.records[1], into: dSum, addingInput: true, gradients: norms[1](gradients),
      adding: adding)
    // Through the attention.
    dropped.copy(from: dSum)
    dropout(options, 0)?.apply(dropped, into: dropped)
    let first = state.normed[0].first(attention.context * n)
    let dFirst = dNormed.first(first.rows)
    dFirst.fill(0)
    own.backward(
      dropped, x: first, from: 0, memory: first, parameters, windows: n, options, state.own, scratch.attention,
      dx: dFirst, dMemory: dFirst, into: gradients, adding: adding)
    if addingInput {
      Residual.add(dSum, to: outputRows(dx, n), dropout: nil, into: outputRows(dx, n))
    } else {
      outputRows(dx, n).copy(from: dSum)
    }
    norms[0](parameters).backward(
      dFirst, record: state.records[0], into: dx, addingInput: true, gradients: norms[0](gradients), adding: adding)
  }
}
