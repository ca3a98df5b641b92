public import Kernels

/// `ridge`: p = W·[c₀; …; c of the last slot] + b, the linear map that `ridge-fit` solves for and training can go on from.
public struct RidgeNetwork: Network {
  /// Its architecture and sizes.
  public let configuration: Configuration
  /// Its parameters' names, shapes and places.
  public let layout: ParameterLayout
  /// Where W and b are.
  public let map: LinearParameters

  /// - Parameter configuration: of architecture ridge.
  public init(_ configuration: Configuration) {
    var layout = ParameterLayout()
    let inputs = configuration.context * configuration.dim
    let initializer = ParameterLayout.Initializer.uniform(1 / Double(inputs).squareRoot())
    map = LinearParameters(
      weight: layout.add("weight", [configuration.dim, inputs], initializer),
      bias: layout.add("bias", [configuration.dim], initializer))
    self.configuration = configuration
    self.layout = layout
  }

  /// Buffers for batches of up to `capacity` windows, as `Network` says.
  public func makeWorkspace<Scalar: Real>(
    _ type: Scalar.Type, capacity: Int, training: Bool, contextGradient: Bool
  ) -> any Workspace<Scalar> {
    RidgeWorkspace<Scalar>(self, capacity: capacity, training: training, contextGradient: contextGradient)
  }
}

private final class RidgeWorkspace<Scalar: Real>: Workspace {
  private let network: RidgeNetwork
  private let arena = Arena<Scalar>()
  let contexts: Matrix<Scalar>
  let output: Matrix<Scalar>
  let outputGradient: Matrix<Scalar>
  let contextGradient: Matrix<Scalar>?

  init(_ network: RidgeNetwork, capacity n: Int, training: Bool, contextGradient: Bool) {
    self.network = network
    let (dim, context) = (network.configuration.dim, network.configuration.context)
    contexts = arena.matrix(rows: context * n, columns: dim)
    output = arena.matrix(rows: n, columns: dim)
    outputGradient = arena.matrix(rows: training ? n : 0, columns: dim)
    self.contextGradient = contextGradient ? arena.matrix(rows: context * n, columns: dim) : nil
  }

  func forward(_ parameters: Parameters<Scalar>, windows n: Int, options: ForwardOptions) {
    for slot in 0..<network.configuration.context {
      map(parameters, slot).forward(rows(contexts, slot, n), into: output.first(n), adding: slot > 0)
    }
  }

  func backward(
    _ parameters: Parameters<Scalar>, windows n: Int, options: ForwardOptions, into gradients: Parameters<Scalar>,
    adding: Bool
  ) {
    for slot in 0..<network.configuration.context {
      map(parameters, slot).backward(
        outputGradient.first(n), rows(contexts, slot, n), into: contextGradient.map { rows($0, slot, n) },
        gradients: map(gradients, slot), adding: adding)
    }
  }

  private func rows(_ contexts: Matrix<Scalar>, _ slot: Int, _ n: Int) -> Matrix<Scalar> {
    contexts.rows(slot * n..<(slot + 1) * n)
  }

  /// One slot's columns of the weight. The bias goes with the first.
  private func map(_ parameters: Parameters<Scalar>, _ slot: Int) -> Linear<Scalar> {
    let dim = network.configuration.dim
    return Linear(
      weight: parameters[network.map.weight].columns(slot * dim..<(slot + 1) * dim),
      bias: slot == 0 ? parameters[network.map.bias] : nil)
  }
}
