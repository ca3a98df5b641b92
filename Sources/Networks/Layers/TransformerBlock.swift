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

  let style: Style
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

  func dropout(_ options: ForwardOptions, _ sublayer: Int) -> Dropout? {
    Dropout(options.noise, site: site + 3 + sublayer, rate: configuration.dropout)
  }

  var attention: Attention { own.attention }

  final class State<Scalar: Real> {
    let own: AttentionLayer.State<Scalar>
    let cross: AttentionLayer.State<Scalar>?
    let feedForward: FeedForwardLayer.State<Scalar>
    let records: [LayerNorm<Scalar>.Record]
    /// What each norm gives; of a pre-norm block the first is of all positions.
    let normed: [Matrix<Scalar>]
    /// x after the attention, in a pre-norm block.
    let sum: Matrix<Scalar>
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
    let attention: AttentionLayer.Scratch<Scalar>
    let dWide: Matrix<Scalar>
    let dSums: [Matrix<Scalar>]
    let dropped: Matrix<Scalar>

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
  func outputRows<Scalar: Real>(_ x: Matrix<Scalar>, _ n: Int) -> Matrix<Scalar> {
    x.rows(attention.firstOutput * n..<attention.context * n)
  }
}
