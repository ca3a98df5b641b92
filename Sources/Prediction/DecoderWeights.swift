internal import Kernels
internal import Networks

/// The parameters of `transformer` as its predictor multiplies by them.
final class DecoderWeights<Scalar: Real> {
  struct Block {
    /// Whose parameters they are, and whose sequence is followed.
    let layer: TransformerBlock
    let own: Maps
    let cross: Maps
    /// Key and value of `own` apart, as the last block wants them.
    let last: LastAttention.Maps<Scalar>
    let norms: [LayerNorm<Scalar>]
    let widening: Linear<Scalar>
    let narrowing: Linear<Scalar>
  }

  /// Of an attention.
  struct Maps {
    let query: Linear<Scalar>
    /// Without biases: a key's, which moves all logits of a row alike, plays no part, and a value's is in the output's:
    /// the weights of a row are 1 together, so that it adds W_o b_v to every output.
    let keyValue: Linear<Scalar>
    let output: Linear<Scalar>
  }

  let configuration: Configuration
  /// Of a chunk's entries, without a positional column's.
  let input: Linear<Scalar>
  /// (context, width): what is added to a projected chunk at each position.
  let positions: Matrix<Scalar>
  let blocks: [Block]

  private let arena = Arena<Scalar>()

  init(_ stack: TransformerStack, _ parameters: Parameters<Scalar>, _ options: ForwardOptions) {
    let (configuration, arena) = (stack.configuration, arena)
    self.configuration = configuration
    let whole = parameters.linear(stack.input)
    input = Linear(weight: whole.weight.columns(0..<configuration.dim), bias: whole.bias)
    positions = arena.matrix(rows: configuration.context, columns: configuration.width)
    positions.copy(from: parameters[stack.positions].first(configuration.context))
    blocks = stack.blocks.map { Block($0, parameters, arena) }
    guard configuration.hasPositionalScalar else { return }
    let column = Arena<Scalar>()
    let inputs = column.matrix(rows: configuration.context, columns: configuration.inputWidth)
    PositionalColumn.fill(inputs, configuration, windows: 1, scale: options.positionalScale)
    MatrixProduct.ofTransposed(inputs, whole.weight, into: positions, adding: true)
  }
}

extension DecoderWeights.Block {
  init(_ block: TransformerBlock, _ parameters: Parameters<Scalar>, _ arena: Arena<Scalar>) {
    layer = block
    guard let crossLayer = block.cross else { preconditionFailure("a block without cross-attention in a decoder") }
    own = DecoderWeights.Maps(block.own, parameters, arena)
    cross = DecoderWeights.Maps(crossLayer, parameters, arena)
    let maps = block.own.maps(parameters)
    last = LastAttention.Maps(key: maps.key, value: Linear(weight: maps.value.weight, bias: nil))
    norms = block.norms.map { $0(parameters) }
    widening = parameters.linear(block.feedForward.widening)
    narrowing = parameters.linear(block.feedForward.narrowing)
  }
}

extension DecoderWeights.Maps {
  init(_ layer: AttentionLayer, _ parameters: Parameters<Scalar>, _ arena: Arena<Scalar>) {
    query = layer.queryMap(parameters)
    let (both, plain) = (layer.keyValueMap(parameters), parameters.linear(layer.output))
    keyValue = Linear(weight: both.weight, bias: nil)
    let bias = arena.matrix(rows: 1, columns: layer.width)
    if let own = plain.bias { bias.copy(from: own) }
    if let value = both.bias?.columns(layer.width..<2 * layer.width) {
      MatrixProduct.ofTransposed(value, plain.weight, into: bias, adding: true)
    }
    output = Linear(weight: plain.weight, bias: bias)
  }
}
