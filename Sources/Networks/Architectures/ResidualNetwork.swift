public import Kernels

/// A network that adds to what another one, its base, computes.
package protocol ResidualWrapper: Network {
  /// The wrapped network, which finds its parameters in the whole's.
  var base: any Network { get }
  /// What is added to the base's outputs, for batches of up to `capacity` windows.
  func makeSum<Scalar: Real>(_ type: Scalar.Type, capacity: Int) -> any ResidualForward<Scalar>
}

/// What a wrapper adds to a base's forward half.
package protocol ResidualForward<Scalar>: AnyObject {
  associatedtype Scalar: Real
  /// (capacity, dim).
  var output: Matrix<Scalar> { get }
  /// Computes `output` of the first `windows` windows.
  ///
  /// - Parameters:
  ///   - contexts: what the base has read.
  ///   - base: (capacity, dim), its outputs.
  func forward(_ contexts: Matrix<Scalar>, _ base: Matrix<Scalar>, _ parameters: Parameters<Scalar>, windows: Int)
}

/// The residual wrapper of P2: output u(u(c of the last slot) + a·u(base(c))), a learnt and 0.5 at first.
///
/// The base's parameters bear their names with `base.` before them.
public struct ResidualNetwork: ResidualWrapper {
  /// The base's configuration, marked as residual.
  public let configuration: Configuration
  /// The base's entries under `base.`, then `alpha`.
  public let layout: ParameterLayout
  package let base: any Network
  let alpha: ParameterIndex

  /// Wraps a network.
  public init(_ base: any Network) {
    // The base's entries keep their places, by which it finds its parameters in the whole's.
    var layout = base.layout.prefixed("base.")
    alpha = layout.add("alpha", [], .constant(0.5))
    self.base = base
    self.layout = layout
    var configuration = base.configuration
    configuration.residual = .last
    self.configuration = configuration
  }

  package func makeSum<Scalar: Real>(_ type: Scalar.Type, capacity: Int) -> any ResidualForward<Scalar> {
    ResidualSum<Scalar>(self, capacity: capacity)
  }

  /// Buffers for batches of up to `capacity` windows, as `Network` says.
  public func makeWorkspace<Scalar: Real>(
    _ type: Scalar.Type, capacity: Int, training: Bool, contextGradient: Bool
  ) -> any Workspace<Scalar> {
    ResidualWorkspace<Scalar>(self, capacity: capacity, training: training, contextGradient: contextGradient)
  }
}

/// What the wrapper adds to a base's forward half.
private final class ResidualSum<Scalar: Real>: ResidualForward {
  private let network: ResidualNetwork
  private let arena = Arena<Scalar>()
  /// (capacity, dim): u(c of the last slot), u(base(c)), and their norms.
  fileprivate let last: Matrix<Scalar>
  fileprivate let step: Matrix<Scalar>
  fileprivate let lastNorms: Matrix<Scalar>
  fileprivate let stepNorms: Matrix<Scalar>
  fileprivate let outputNorms: Matrix<Scalar>
  /// (capacity, dim): unit vectors.
  let output: Matrix<Scalar>

  /// Buffers for batches of up to `capacity` windows.
  init(_ network: ResidualNetwork, capacity n: Int) {
    self.network = network
    let (arena, dim) = (arena, network.configuration.dim)
    last = arena.matrix(rows: n, columns: dim)
    step = arena.matrix(rows: n, columns: dim)
    lastNorms = arena.matrix(rows: n, columns: 1)
    stepNorms = arena.matrix(rows: n, columns: 1)
    outputNorms = arena.matrix(rows: n, columns: 1)
    output = arena.matrix(rows: n, columns: dim)
  }

  /// The last slot's vectors.
  fileprivate func lastSlot(_ rows: Matrix<Scalar>, _ n: Int) -> Matrix<Scalar> {
    let context = network.configuration.context
    return rows.rows((context - 1) * n..<context * n).columns(0..<network.configuration.dim)
  }

  func forward(_ contexts: Matrix<Scalar>, _ base: Matrix<Scalar>, _ parameters: Parameters<Scalar>, windows n: Int) {
    UnitRows.forward(lastSlot(contexts, n), into: last.first(n), norms: lastNorms)
    UnitRows.forward(base.first(n), into: step.first(n), norms: stepNorms)
    Blend.of(1, last.first(n), parameters[network.alpha][0, 0], step.first(n), into: output.first(n))
    UnitRows.forward(output.first(n), into: output.first(n), norms: outputNorms)
  }
}

private final class ResidualWorkspace<Scalar: Real>: Workspace {
  private let network: ResidualNetwork
  private let arena = Arena<Scalar>()
  private let base: any Workspace<Scalar>
  private let sum: ResidualSum<Scalar>
  private let dSum: Matrix<Scalar>
  let outputGradient: Matrix<Scalar>
  var output: Matrix<Scalar> { sum.output }
  var contexts: Matrix<Scalar> { base.contexts }
  var contextGradient: Matrix<Scalar>? { base.contextGradient }

  init(_ network: ResidualNetwork, capacity n: Int, training: Bool, contextGradient: Bool) {
    self.network = network
    let (arena, dim, back) = (arena, network.configuration.dim, training ? n : 0)
    base = network.base.makeWorkspace(Scalar.self, capacity: n, training: training, contextGradient: contextGradient)
    sum = ResidualSum(network, capacity: n)
    dSum = arena.matrix(rows: back, columns: dim)
    outputGradient = arena.matrix(rows: back, columns: dim)
  }

  func forward(_ parameters: Parameters<Scalar>, windows n: Int, options: ForwardOptions) {
    base.forward(parameters, windows: n, options: options)
    sum.forward(contexts, base.output, parameters, windows: n)
  }

  func backward(
    _ parameters: Parameters<Scalar>, windows n: Int, options: ForwardOptions, into gradients: Parameters<Scalar>,
    adding: Bool
  ) {
    let (dSum, step) = (dSum.first(n), sum.step.first(n))
    UnitRows.backward(outputGradient.first(n), output.first(n), norms: sum.outputNorms, into: dSum)
    let gradient = gradients[network.alpha]
    let value = Blend.dot(dSum, step)
    gradient[0, 0] = adding ? gradient[0, 0] + value : value
    UnitRows.backward(
      dSum, step, norms: sum.stepNorms, into: base.outputGradient.first(n), scale: parameters[network.alpha][0, 0])
    base.backward(parameters, windows: n, options: options, into: gradients, adding: adding)
    if let contextGradient {
      UnitRows.backward(
        dSum, sum.last.first(n), norms: sum.lastNorms, into: sum.lastSlot(contextGradient, n), adding: true)
    }
  }
}
