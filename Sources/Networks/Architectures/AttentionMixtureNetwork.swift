public import Kernels

/// `amn`: the mean of the context, and a correction to it from the mean and an attention-weighted mean of the context.
///
/// baseline = mean c; q = query_encoder(baseline); kₜ = context_encoder(cₜ); α = softmax(q·kₜ / √256); weighted =
/// Σ αₜ cₜ; p = baseline + residual_net([baseline, weighted]).
///
/// With W and b the context encoder's, q·kₜ = (qW)·cₜ + q·b. The second term is the same for every slot, and softmax does
/// not see it: so no context is encoded, only q carried back through W, which is one row a window instead of one a slot.
/// The gradient by b is 0.
public struct AttentionMixtureNetwork: Network {
  /// Entries of an encoded vector, and of the second residual layer.
  static let code = 256

  /// Its architecture and sizes.
  public let configuration: Configuration
  /// Its parameters' names, shapes and places.
  public let layout: ParameterLayout
  let contextEncoder: LinearParameters
  let queryEncoder: LinearParameters
  let residual: [LinearParameters]
  let norms: [NormParameters]

  /// - Parameter configuration: of architecture amn.
  public init(_ configuration: Configuration) {
    let (inputs, hidden, code) = (configuration.inputWidth, configuration.hidden, Self.code)
    var layout = ParameterLayout()
    contextEncoder = layout.addLinear("context_encoder", inputs: inputs, outputs: code)
    queryEncoder = layout.addLinear("query_encoder", inputs: inputs, outputs: code)
    let first = layout.addLinear("residual_net.0", inputs: 2 * inputs, outputs: hidden)
    let firstNorm = NormParameters("residual_net.2", width: hidden, in: &layout)
    let second = layout.addLinear("residual_net.3", inputs: hidden, outputs: code)
    let secondNorm = NormParameters("residual_net.5", width: code, in: &layout)
    let third = layout.addLinear("residual_net.6", inputs: code, outputs: configuration.dim)
    residual = [first, second, third]
    norms = [firstNorm, secondNorm]
    self.configuration = configuration
    self.layout = layout
  }

  /// Buffers for batches of up to `capacity` windows, as `Network` says.
  public func makeWorkspace<Scalar: Real>(
    _ type: Scalar.Type, capacity: Int, training: Bool, contextGradient: Bool
  ) -> any Workspace<Scalar> {
    AttentionMixtureWorkspace<Scalar>(self, capacity: capacity, training: training, contextGradient: contextGradient)
  }
}

private final class AttentionMixtureWorkspace<Scalar: Real>: Workspace {
  private let network: AttentionMixtureNetwork
  private let arena = Arena<Scalar>()
  let contexts: Matrix<Scalar>
  let output: Matrix<Scalar>
  let outputGradient: Matrix<Scalar>
  let contextGradient: Matrix<Scalar>?
  /// (capacity, 2 · inputWidth): baseline and weighted side by side.
  private let joined: Matrix<Scalar>
  /// (capacity, code): q.
  private let query: Matrix<Scalar>
  /// (capacity, inputWidth): q carried back through the context encoder.
  private let carried: Matrix<Scalar>
  /// (capacity, context): α.
  private let shares: Matrix<Scalar>
  private let inner: [NormedLayer<Scalar>]
  private let dShares: Matrix<Scalar>
  private let dJoined: Matrix<Scalar>
  private let dQuery: Matrix<Scalar>
  private let dCarried: Matrix<Scalar>
  private let dBaseline: Matrix<Scalar>

  init(_ network: AttentionMixtureNetwork, capacity n: Int, training: Bool, contextGradient: Bool) {
    self.network = network
    let (arena, configuration, code) = (arena, network.configuration, AttentionMixtureNetwork.code)
    let (inputs, context) = (configuration.inputWidth, configuration.context)
    contexts = arena.matrix(rows: context * n, columns: inputs)
    output = arena.matrix(rows: n, columns: configuration.dim)
    joined = arena.matrix(rows: n, columns: 2 * inputs)
    query = arena.matrix(rows: n, columns: code)
    carried = arena.matrix(rows: n, columns: inputs)
    shares = arena.matrix(rows: n, columns: context)
    inner = [configuration.hidden, code].map { NormedLayer(arena, capacity: n, width: $0, training: training) }
    let back = training ? n : 0
    outputGradient = arena.matrix(rows: back, columns: configuration.dim)
    self.contextGradient = contextGradient ? arena.matrix(rows: context * n, columns: inputs) : nil
    dShares = arena.matrix(rows: back, columns: context)
    dJoined = arena.matrix(rows: back, columns: 2 * inputs)
    dQuery = arena.matrix(rows: back, columns: code)
    dCarried = arena.matrix(rows: back, columns: inputs)
    dBaseline = arena.matrix(rows: contextGradient ? n : 0, columns: inputs)
  }

  private var inputs: Int { network.configuration.inputWidth }
  private var dim: Int { network.configuration.dim }
  /// 1 / √code.
  private var scale: Scalar { 1 / Scalar(AttentionMixtureNetwork.code).squareRoot() }

  func forward(_ parameters: Parameters<Scalar>, windows n: Int, options: ForwardOptions) {
    PositionalColumn.fill(contexts, network.configuration, windows: n, scale: options.positionalScale)
    let c = contexts.first(network.configuration.context * n)
    let (joined, shares, output) = (joined.first(n), shares.first(n), output.first(n))
    let baseline = joined.columns(0..<inputs)
    ContextRows.mean(c, into: baseline)
    parameters.linear(network.queryEncoder).forward(baseline, into: query.first(n))
    MatrixProduct.of(query.first(n), parameters[network.contextEncoder.weight], into: carried.first(n))
    ContextRows.dots(carried.first(n), c, scale: scale, into: shares)
    Softmax.forward(shares, into: shares)
    ContextRows.mix(shares, c, into: joined.columns(inputs..<2 * inputs))
    var x = joined
    for (layer, norm) in network.norms.enumerated() {
      x = inner[layer].forward(x, .init(parameters, network.residual[layer], norm), .gelu)
    }
    parameters.linear(network.residual[2]).forward(x, into: output)
    Residual.add(output, to: baseline.columns(0..<dim), into: output)
  }

  func backward(
    _ parameters: Parameters<Scalar>, windows n: Int, options: ForwardOptions, into gradients: Parameters<Scalar>,
    adding: Bool
  ) {
    let c = contexts.first(network.configuration.context * n)
    let (dJoined, dShares, dCarried) = (dJoined.first(n), dShares.first(n), dCarried.first(n))
    backwardResidual(parameters, windows: n, into: gradients, adding: adding)
    let dWeighted = dJoined.columns(inputs..<2 * inputs)
    ContextRows.dots(dWeighted, c, into: dShares)
    Softmax.backward(dShares, shares.first(n), into: dShares)
    ContextRows.mix(dShares, c, scale: scale, into: dCarried)
    MatrixProduct.transposed(
      query.first(n), dCarried, into: gradients[network.contextEncoder.weight], adding: adding)
    if !adding { gradients[network.contextEncoder.bias].fill(0) }
    MatrixProduct.ofTransposed(dCarried, parameters[network.contextEncoder.weight], into: dQuery.first(n))
    parameters.linear(network.queryEncoder).backward(
      dQuery.first(n), joined.first(n).columns(0..<inputs), into: contextGradient == nil ? nil : dBaseline.first(n),
      gradients: gradients.linear(network.queryEncoder), adding: adding)
    backwardContexts(windows: n)
  }

  /// From `outputGradient` to `dJoined`.
  private func backwardResidual(
    _ parameters: Parameters<Scalar>, windows n: Int, into gradients: Parameters<Scalar>, adding: Bool
  ) {
    parameters.linear(network.residual[2]).backward(
      outputGradient.first(n), inner[1].normed.first(n), into: inner[1].gradient.first(n),
      gradients: gradients.linear(network.residual[2]), adding: adding)
    backward(layer: 1, parameters, inner[0].normed.first(n), into: inner[0].gradient.first(n), gradients, adding)
    // The baseline's half is only on the way to the contexts.
    let isWhole = contextGradient != nil
    backward(layer: 0, parameters, joined.first(n), into: isWhole ? dJoined.first(n) : nil, gradients, adding)
    if !isWhole {
      let weighted = inputs..<2 * inputs
      MatrixProduct.of(
        inner[0].gradient.first(n), parameters[network.residual[0].weight].columns(weighted),
        into: dJoined.first(n).columns(weighted))
    }
  }

  private func backward(
    layer: Int, _ parameters: Parameters<Scalar>, _ x: Matrix<Scalar>, into dx: Matrix<Scalar>?,
    _ gradients: Parameters<Scalar>, _ adding: Bool
  ) {
    let (index, norm) = (network.residual[layer], network.norms[layer])
    inner[layer].backward(
      x, .init(parameters, index, norm), .gelu, into: dx, gradients: .init(gradients, index, norm), adding: adding)
  }

  /// The gradient of the contexts: through the weighted mean, its shares, and the baseline.
  private func backwardContexts(windows n: Int) {
    guard let gradient = contextGradient?.first(network.configuration.context * n) else { return }
    let (dJoined, dBaseline) = (dJoined.first(n), dBaseline.first(n))
    ContextRows.spread(shares.first(n), dJoined.columns(inputs..<2 * inputs), into: gradient, adding: false)
    ContextRows.spread(dShares.first(n), carried.first(n), scale: scale, into: gradient, adding: true)
    Residual.add(dJoined.columns(0..<inputs), to: dBaseline, into: dBaseline)
    let direct = dBaseline.columns(0..<dim)
    Residual.add(outputGradient.first(n), to: direct, into: direct)
    ContextRows.spread(
      nil, dBaseline, scale: 1 / Scalar(network.configuration.context), into: gradient, adding: true)
  }
}
