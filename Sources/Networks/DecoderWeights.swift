internal import Kernels

/// The parameters of `transformer` as its predictor multiplies by them.
final class DecoderWeights<Scalar: Real> {
  struct Block {
    let query: Linear<Scalar>
    /// Without biases: a key's plays no part, and a value's is in `output`'s.
    let keyValue: Linear<Scalar>
    /// Key and value apart, as the last block wants them.
    let maps: LastAttention.Maps<Scalar>
    let output: Linear<Scalar>
    let cross: FoldedAttention.Maps<Scalar>
    let norms: [LayerNorm<Scalar>]
    let widening: Linear<Scalar>
    let narrowing: Linear<Scalar>
  }

  let configuration: Configuration
  /// Of a chunk's entries, without a positional column's.
  let input: Linear<Scalar>
  /// (context, width): what is added to a projected chunk at each position.
  let positions: Matrix<Scalar>
  let blocks: [Block]

  private let arena = Arena<Scalar>()

  init(_ stack: TransformerStack, _ parameters: Parameters<Scalar>, _ conditions: Conditions) {
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
    PositionalColumn.fill(inputs, configuration, windows: 1, scale: conditions.positionalScale)
    Product.ofTransposed(inputs, whole.weight, into: positions, adding: true)
  }
}

extension DecoderWeights.Block {
  init(_ block: TransformerBlock, _ parameters: Parameters<Scalar>, _ arena: Arena<Scalar>) {
    guard let crossLayer = block.cross else { preconditionFailure("a decoder's block") }
    let own = block.own
    query = own.queryMap(parameters)
    keyValue = Linear(weight: own.keyValueMap(parameters).weight, bias: nil)
    let maps = own.maps(parameters)
    self.maps = LastAttention.Maps(key: maps.key, value: Linear(weight: maps.value.weight, bias: nil))
    output = own.outputMap(parameters, arena)
    cross = crossLayer.foldedMaps(parameters, arena)
    norms = block.norms.map { $0(parameters) }
    widening = parameters.linear(block.feedForward.widening)
    narrowing = parameters.linear(block.feedForward.narrowing)
  }
}

extension AttentionLayer {
  /// The output's map with the values' bias in its own: Σ α is 1, so that they add W_o b_v to every output.
  fileprivate func outputMap<Scalar: Real>(_ parameters: Parameters<Scalar>, _ arena: Arena<Scalar>) -> Linear<Scalar> {
    let output = parameters.linear(output)
    let bias = arena.matrix(rows: 1, columns: width)
    if let own = output.bias { bias.copy(from: own) }
    if let value = maps(parameters).value.bias {
      Product.ofTransposed(value, output.weight, into: bias, adding: true)
    }
    return Linear(weight: output.weight, bias: bias)
  }

  fileprivate func foldedMaps<Scalar: Real>(
    _ parameters: Parameters<Scalar>, _ arena: Arena<Scalar>
  ) -> FoldedAttention.Maps<Scalar> {
    let maps = maps(parameters)
    return FoldedAttention.Maps(
      query: queryMap(parameters), key: maps.key, value: maps.value.weight, output: outputMap(parameters, arena))
  }
}
