public import Kernels

/// A residual on the context: output Σ w[t] c[t] + a · base(c), both w, one weight a slot, and a learnt.
///
/// It begins as the mean of the context, w[t] = 1 / context, and so never has to learn what averaging already gives: the
/// base's last linear map begins at 0 and a at 1. A base that does not end in a linear map has a = 0 instead (ReZero,
/// Bachlechner et al., 2020).
///
/// The base's parameters bear their names with `base.` before them.
public struct MeanResidualNetwork: ResidualWrapper {
  /// The base's configuration, marked as residual.
  public let configuration: Configuration
  /// The base's entries under `base.`, then `slots` and `alpha`.
  public let layout: ParameterLayout
  package let base: any Network
  let slots: ParameterIndex
  let alpha: ParameterIndex

  /// Wraps a network.
  public init(_ base: any Network) {
    let context = base.configuration.context
    // The base's entries keep their places, by which it finds its parameters in the whole's.
    let output = Self.outputMap(base.configuration.architecture).map { ["\($0).weight", "\($0).bias"] } ?? []
    var layout = base.layout.zeroed(output).prefixed("base.")
    slots = layout.add("slots", [context], .constant(1 / Double(context)))
    alpha = layout.add("alpha", [], .constant(output.isEmpty ? 0 : 1))
    self.base = base
    self.layout = layout
    var configuration = base.configuration
    configuration.residual = .mean
    self.configuration = configuration
  }

  /// The linear map that ends a network of the architecture; nil where something follows it.
  private static func outputMap(_ architecture: Configuration.Architecture) -> String? {
    switch architecture {
    case .transformer: "head.3"
    case .lstm, .gru: "output_proj"
    case .mlp: "net.3"
    // amn adds the mean of the context itself.
    case .amn, .rankerTransformer, .rankerLSTM, .mixtureTransformer, .mixtureLSTM, .ridge: nil
    }
  }

  package func makeSum<Scalar: Real>(_ type: Scalar.Type, capacity: Int) -> any ResidualForward<Scalar> {
    MeanResidualSum<Scalar>(self, capacity: capacity)
  }

  /// Buffers for batches of up to `capacity` windows, as `Network` says.
  public func makeWorkspace<Scalar: Real>(
    _ type: Scalar.Type, capacity: Int, training: Bool, contextGradient: Bool
  ) -> any Workspace<Scalar> {
    MeanResidualWorkspace<Scalar>(self, capacity: capacity, training: training, contextGradient: contextGradient)
  }
}

/// What the wrapper adds to a base's forward half.
private final class MeanResidualSum<Scalar: Real>: ResidualForward {
  private let network: MeanResidualNetwork
  private let arena = Arena<Scalar>()
  /// (capacity, dim).
  let output: Matrix<Scalar>

  init(_ network: MeanResidualNetwork, capacity: Int) {
    self.network = network
    output = arena.matrix(rows: capacity, columns: network.configuration.dim)
  }

  func forward(_ contexts: Matrix<Scalar>, _ base: Matrix<Scalar>, _ parameters: Parameters<Scalar>, windows n: Int) {
    let output = output.first(n)
    let weights = parameters[network.slots].row(0)
    Blend.of(weights[0], slot(0, contexts, n), parameters[network.alpha][0, 0], base.first(n), into: output)
    for slot in 1..<network.configuration.context {
      Blend.of(1, output, weights[slot], self.slot(slot, contexts, n), into: output)
    }
  }

  /// One slot's vectors.
  func slot(_ slot: Int, _ rows: Matrix<Scalar>, _ n: Int) -> Matrix<Scalar> {
    rows.rows(slot * n..<(slot + 1) * n).columns(0..<network.configuration.dim)
  }
}

private final class MeanResidualWorkspace<Scalar: Real>: Workspace {
  private let network: MeanResidualNetwork
  private let arena = Arena<Scalar>()
  private let base: any Workspace<Scalar>
  private let sum: MeanResidualSum<Scalar>
  let outputGradient: Matrix<Scalar>
  var output: Matrix<Scalar> { sum.output }
  var contexts: Matrix<Scalar> { base.contexts }
  var contextGradient: Matrix<Scalar>? { base.contextGradient }

  init(_ network: MeanResidualNetwork, capacity n: Int, training: Bool, contextGradient: Bool) {
    self.network = network
    base = network.base.makeWorkspace(Scalar.self, capacity: n, training: training, contextGradient: contextGradient)
    sum = MeanResidualSum(network, capacity: n)
    outputGradient = arena.matrix(rows: training ? n : 0, columns: network.configuration.dim)
  }

  func forward(_ parameters: Parameters<Scalar>, windows n: Int, options: ForwardOptions) {
    base.forward(parameters, windows: n, options: options)
    sum.forward(contexts, base.output, parameters, windows: n)
  }

  func backward(
    _ parameters: Parameters<Scalar>, windows n: Int, options: ForwardOptions, into gradients: Parameters<Scalar>,
    adding: Bool
  ) {
    let output = outputGradient.first(n)
    let (alpha, weights) = (parameters[network.alpha][0, 0], parameters[network.slots].row(0))
    func put(_ value: Scalar, _ entry: inout Scalar) { entry = adding ? entry + value : value }
    put(Blend.dot(output, base.output.first(n)), &gradients[network.alpha].row(0)[0])
    let slopes = gradients[network.slots].row(0)
    for slot in 0..<network.configuration.context {
      put(Blend.dot(output, sum.slot(slot, contexts, n)), &slopes[slot])
    }
    Blend.of(alpha, output, 0, output, into: base.outputGradient.first(n))
    base.backward(parameters, windows: n, options: options, into: gradients, adding: adding)
    guard let contextGradient else { return }
    for slot in 0..<network.configuration.context {
      sum.slot(slot, contextGradient, n).add(output, scale: weights[slot])
    }
  }
}
