public import Kernels

/// `mlp`: p = W₂ · dropout(gelu(W₁ · [c₀; …; c of the last slot] + b₁)) + b₂. It reads the slots in order, at the price
/// of two products.
public struct MLPNetwork: Network {
  /// Its architecture and sizes.
  public let configuration: Configuration
  /// Its parameters' names, shapes and places.
  public let layout: ParameterLayout
  let inner: LinearParameters
  let outer: LinearParameters

  /// - Parameter configuration: of architecture mlp.
  public init(_ configuration: Configuration) {
    var layout = ParameterLayout()
    inner = layout.addLinear(
      "net.0", inputs: configuration.context * configuration.dim, outputs: configuration.hidden)
    outer = layout.addLinear("net.3", inputs: configuration.hidden, outputs: configuration.dim)
    self.configuration = configuration
    self.layout = layout
  }

  /// Buffers for batches of up to `capacity` windows, as `Network` says.
  public func makeWorkspace<Scalar: Real>(
    _ type: Scalar.Type, capacity: Int, training: Bool, contextGradient: Bool
  ) -> any Workspace<Scalar> {
    MLPWorkspace<Scalar>(self, capacity: capacity, training: training, contextGradient: contextGradient)
  }
}

private final class MLPWorkspace<Scalar: Real>: Workspace {
  private let network: MLPNetwork
  private let arena = Arena<Scalar>()
  let contexts: Matrix<Scalar>
  let output: Matrix<Scalar>
  let outputGradient: Matrix<Scalar>
  let contextGradient: Matrix<Scalar>?
  /// (capacity, hidden): before GELU, and after it and dropout.
  private let wide: Matrix<Scalar>
  private let active: Matrix<Scalar>
  private let gradient: Matrix<Scalar>

  init(_ network: MLPNetwork, capacity n: Int, training: Bool, contextGradient: Bool) {
    self.network = network
    let configuration = network.configuration
    contexts = arena.matrix(rows: configuration.context * n, columns: configuration.dim)
    output = arena.matrix(rows: n, columns: configuration.dim)
    outputGradient = arena.matrix(rows: training ? n : 0, columns: configuration.dim)
    self.contextGradient =
      contextGradient ? arena.matrix(rows: configuration.context * n, columns: configuration.dim) : nil
    wide = arena.matrix(rows: n, columns: configuration.hidden)
    active = arena.matrix(rows: n, columns: configuration.hidden)
    gradient = arena.matrix(rows: training ? n : 0, columns: configuration.hidden)
  }

  private func dropout(_ options: ForwardOptions) -> Dropout? {
    Dropout(options.noise, site: 0, rate: network.configuration.dropout)
  }

  func forward(_ parameters: Parameters<Scalar>, windows n: Int, options: ForwardOptions) {
    let (wide, active) = (wide.first(n), active.first(n))
    for slot in 0..<network.configuration.context {
      map(parameters, slot).forward(rows(contexts, slot, n), into: wide, adding: slot > 0)
    }
    Activation.gelu.forward(wide, into: active, dropout: dropout(options))
    parameters.linear(network.outer).forward(active, into: output.first(n))
  }

  func backward(
    _ parameters: Parameters<Scalar>, windows n: Int, options: ForwardOptions, into gradients: Parameters<Scalar>,
    adding: Bool
  ) {
    let gradient = gradient.first(n)
    parameters.linear(network.outer).backward(
      outputGradient.first(n), active.first(n), into: gradient, gradients: gradients.linear(network.outer),
      adding: adding)
    Activation.gelu.backward(gradient, wide.first(n), into: gradient, dropout: dropout(options))
    for slot in 0..<network.configuration.context {
      map(parameters, slot).backward(
        gradient, rows(contexts, slot, n), into: contextGradient.map { rows($0, slot, n) },
        gradients: map(gradients, slot), adding: adding)
    }
  }

  private func rows(_ contexts: Matrix<Scalar>, _ slot: Int, _ n: Int) -> Matrix<Scalar> {
    contexts.rows(slot * n..<(slot + 1) * n)
  }

  /// One slot's columns of the first map. The bias goes with the first slot.
  private func map(_ parameters: Parameters<Scalar>, _ slot: Int) -> Linear<Scalar> {
    let width = network.configuration.dim
    return Linear(
      weight: parameters[network.inner.weight].columns(slot * width..<(slot + 1) * width),
      bias: slot == 0 ? parameters[network.inner.bias] : nil)
  }
}
