package import Kernels

/// `torch.nn.MultiheadAttention`: where its parameters are, and how queries, keys and values are projected.
package struct AttentionLayer: Sendable {
  let attention: Attention
  /// Entries of a row of queries, keys, values and outputs.
  package let width: Int
  /// How the last position alone attends.
  private let last: LastAttention?
  private let inputWeight: ParameterIndex
  private let inputBias: ParameterIndex
  /// `out_proj`.
  package let output: LinearParameters
  private let rate: Double
  private let site: Int

  /// Adds `<name>.in_proj_weight` and so on, initialized as PyTorch does it: Xavier-uniform, and biases of 0.
  init(
    _ name: String, _ configuration: Configuration, _ attention: Attention, site: Int, in layout: inout ParameterLayout
  ) {
    self.attention = attention
    width = configuration.width
    // With a context of 1 there is no query to begin with.
    last =
      attention.outputs == 1 && attention.context > 1
      ? LastAttention(heads: attention.heads, context: attention.context, width: configuration.width) : nil
    rate = configuration.dropout
    self.site = site
    inputWeight = layout.add(
      "\(name).in_proj_weight", [3 * width, width], .uniform((6 / Double(4 * width)).squareRoot()))
    inputBias = layout.add("\(name).in_proj_bias", [3 * width], .constant(0))
    output = LinearParameters(
      weight: layout.add("\(name).out_proj.weight", [width, width], .uniform(1 / Double(width).squareRoot())),
      bias: layout.add("\(name).out_proj.bias", [width], .constant(0)))
  }

  /// Buffers of one batch's way through the layer.
  final class State<Scalar: Real> {
    fileprivate let q: Matrix<Scalar>
    fileprivate let keysValues: Matrix<Scalar>
    fileprivate let mixed: Matrix<Scalar>
    fileprivate let weights: Attention.State<Scalar>?
    fileprivate let last: LastAttention.State<Scalar>?
    /// (outputs · capacity, width): what the layer gives.
    let output: Matrix<Scalar>

    init(_ layer: AttentionLayer, capacity n: Int, training: Bool, in arena: Arena<Scalar>) {
      let attention = layer.attention
      q = arena.matrix(rows: attention.queries * n, columns: layer.width)
      let drops = training && layer.rate > 0
      last = layer.last.map { LastAttention.State($0, capacity: n, drops: drops, in: arena) }
      weights = last == nil ? Attention.State(attention, capacity: n, drops: drops, in: arena) : nil
      keysValues = arena.matrix(rows: last == nil ? attention.context * n : 0, columns: 2 * layer.width)
      mixed = arena.matrix(rows: attention.outputs * n, columns: layer.width)
      output = arena.matrix(rows: attention.outputs * n, columns: layer.width)
    }
  }

  /// Gradients on their way back, shared by the layers of a stack.
  final class Scratch<Scalar: Real> {
    fileprivate let dq: Matrix<Scalar>
    fileprivate let dKeysValues: Matrix<Scalar>
    fileprivate let dMixed: Matrix<Scalar>
    fileprivate let dWeights: Matrix<Scalar>
    fileprivate let last: LastAttention.Scratch<Scalar>

    init(_ configuration: Configuration, capacity n: Int, in arena: Arena<Scalar>) {
      let (rows, width) = (configuration.context * n, configuration.width)
      dq = arena.matrix(rows: rows, columns: width)
      dKeysValues = arena.matrix(rows: rows, columns: 2 * width)
      dMixed = arena.matrix(rows: rows, columns: width)
      dWeights = arena.matrix(
        rows: n * configuration.heads, columns: configuration.context * configuration.context)
      last = LastAttention.Scratch(
        capacity: n, heads: configuration.heads, context: configuration.context, width: width, in: arena)
    }
  }

  /// The map of queries.
  package func queryMap<Scalar: Real>(_ parameters: Parameters<Scalar>) -> Linear<Scalar> {
    Linear(weight: parameters[inputWeight].first(width), bias: parameters[inputBias].columns(0..<width))
  }

  /// The map of keys and values, side by side: (2 · width, width).
  package func keyValueMap<Scalar: Real>(_ parameters: Parameters<Scalar>) -> Linear<Scalar> {
    Linear(
      weight: parameters[inputWeight].rows(width..<3 * width), bias: parameters[inputBias].columns(width..<3 * width))
  }

  /// The maps of keys and of values apart, as the last position alone wants them.
  package func maps<Scalar: Real>(_ parameters: Parameters<Scalar>) -> LastAttention.Maps<Scalar> {
    let both = keyValueMap(parameters)
    return LastAttention.Maps(
      key: both.weight.first(width),
      value: Linear(weight: both.weight.rows(width..<2 * width), bias: both.bias?.columns(width..<2 * width)))
  }

  /// The rows of the positions whose queries count, in a matrix whose rows begin at position `first`.
  private func queryRows<Scalar: Real>(_ x: Matrix<Scalar>, from first: Int, windows n: Int) -> Matrix<Scalar> {
    x.rows((attention.firstQuery - first) * n..<(attention.context - first) * n)
  }

  /// What the layer reads.
  struct Input<Scalar: Real> {
    /// ((context − first) · n, width), whose last positions have queries.
    let x: Matrix<Scalar>
    /// The position of x's first row.
    let first: Int
    /// (context · n, width), whose positions have keys and values.
    let memory: Matrix<Scalar>
  }

  /// The gradients of an input, shaped as its matrices, and added to; where both are the same matrix both are added.
  struct InputGradients<Scalar: Real> {
    let x: Matrix<Scalar>
    let memory: Matrix<Scalar>
  }

  /// - Returns: (outputs · n, width), in `state`.
  func forward<Scalar: Real>(
    _ input: Input<Scalar>, _ pass: ForwardPass<Scalar>, _ state: State<Scalar>
  ) -> Matrix<Scalar> {
    let (parameters, options, n) = (pass.parameters, pass.options, pass.windows)
    let q = state.q.first(attention.queries * n)
    let mixed = state.mixed.first(attention.outputs * n)
    let output = state.output.first(attention.outputs * n)
    let dropout = Dropout(options.noise, site: site, rate: rate)
    let bias = Scalar(options.lastSlotBias)
    if q.rows > 0 { queryMap(parameters).forward(queryRows(input.x, from: input.first, windows: n), into: q) }
    if let last, let lastState = state.last {
      last.forward(
        .init(q: q, memory: input.memory), maps(parameters), into: mixed, lastSlotBias: bias, dropout: dropout,
        lastState)
    } else if let weights = state.weights {
      let keysValues = state.keysValues.first(attention.context * n)
      keyValueMap(parameters).forward(input.memory, into: keysValues)
      attention.forward(
        .init(q: q, keysValues: keysValues), into: mixed, windows: n, lastSlotBias: bias, dropout: dropout, weights)
    }
    parameters.linear(self.output).forward(mixed, into: output)
    return output
  }

  /// - Parameters:
  ///   - dOutput: (outputs · n, width).
  ///   - input: as in `forward`.
  ///   - inputGradients: added to.
  func backward<Scalar: Real>(
    _ dOutput: Matrix<Scalar>, _ input: Input<Scalar>, into inputGradients: InputGradients<Scalar>,
    _ pass: BackwardPass<Scalar>, _ state: State<Scalar>, _ scratch: Scratch<Scalar>
  ) {
    let (n, gradients, adding) = (pass.windows, pass.gradients, pass.adding)
    let mixed = state.mixed.first(attention.outputs * n)
    let dMixed = scratch.dMixed.first(attention.outputs * n)
    pass.parameters.linear(output).backward(
      dOutput, mixed, into: dMixed, gradients: gradients.linear(output), adding: adding)
    let q = state.q.first(attention.queries * n)
    let dq = scratch.dq.first(attention.queries * n)
    backwardMixing(dMixed, q, dq, input.memory, inputGradients.memory, pass, (state, scratch))
    if q.rows > 0 {
      queryMap(pass.parameters).backward(
        dq, queryRows(input.x, from: input.first, windows: n),
        into: queryRows(inputGradients.x, from: input.first, windows: n), addingInput: true,
        gradients: queryMap(gradients), adding: adding)
    } else if !adding {
      queryMap(gradients).weight.fill(0)
      queryMap(gradients).bias?.fill(0)
    }
  }

  /// From what attention has mixed back to queries and memory.
  private func backwardMixing<Scalar: Real>(
    _ dMixed: Matrix<Scalar>, _ q: Matrix<Scalar>, _ dq: Matrix<Scalar>, _ memory: Matrix<Scalar>,
    _ dMemory: Matrix<Scalar>, _ pass: BackwardPass<Scalar>, _ buffers: (State<Scalar>, Scratch<Scalar>)
  ) {
    let (state, scratch) = buffers
    let (n, gradients, adding) = (pass.windows, pass.gradients, pass.adding)
    let dropout = Dropout(pass.options.noise, site: site, rate: rate)
    if let last, let lastState = state.last {
      last.backward(
        dMixed, .init(q: q, memory: memory), into: .init(q: dq, memory: dMemory),
        .init(maps(pass.parameters), gradients: maps(gradients), adding: adding), dropout: dropout, lastState,
        scratch.last)
      // A bias of keys moves all logits alike.
      if !adding { gradients[inputBias].columns(width..<2 * width).fill(0) }
    } else if let weights = state.weights {
      let keysValues = state.keysValues.first(attention.context * n)
      let dKeysValues = scratch.dKeysValues.first(attention.context * n)
      attention.backward(
        dMixed, .init(q: q, keysValues: keysValues), into: .init(q: dq, keysValues: dKeysValues), windows: n,
        dropout: dropout, weights, scratch: scratch.dWeights)
      keyValueMap(pass.parameters).backward(
        dKeysValues, memory, into: dMemory, addingInput: true, gradients: keyValueMap(gradients), adding: adding)
    }
  }
}
