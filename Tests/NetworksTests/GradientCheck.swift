import Kernels
import Networks
import Testing
import Vectors

/// Gradients held against differences, in double precision.
enum GradientCheck {
  /// The error of `gradient` as the derivative of `loss` by `values`, over random directions, relative to the size that
  /// a directional derivative usually has.
  ///
  /// The difference is the five-point one, whose error falls with the fourth power of the step. `values` are as before
  /// when it returns.
  static func error(
    of gradient: Matrix<Double>, by values: Matrix<Double>, directions: Int = 3, step: Double = 1e-3, seed: UInt64 = 1,
    _ loss: () -> Double
  ) -> Double {
    var generator = SeededGenerator(seed: seed, stream: 0x67_7261_6469)
    let start = copy(values)
    var worst = 0.0
    for _ in 0..<directions {
      let direction = unit(values.count, &generator)
      func shifted(_ distance: Double) -> Double {
        write(zip(start, direction).map { $0 + distance * $1 }, into: values)
        return loss()
      }
      let difference =
        (8 * (shifted(step) - shifted(-step)) - (shifted(2 * step) - shifted(-2 * step))) / (12 * step)
      let slopes = copy(gradient)
      let slope = zip(slopes, direction).reduce(0) { $0 + $1.0 * $1.1 }
      let usual = (slopes.reduce(0) { $0 + $1 * $1 } / Double(max(slopes.count, 1))).squareRoot()
      let error = abs(difference - slope) / max(abs(slope), usual, 1e-5)
      // A NaN must not pass for a small error.
      worst = error <= worst ? worst : error
    }
    write(start, into: values)
    return worst
  }

  static func copy(_ matrix: Matrix<Double>) -> [Double] { (0..<matrix.rows).flatMap { Array(matrix.row($0)) } }

  private static func write(_ numbers: [Double], into matrix: Matrix<Double>) {
    for row in 0..<matrix.rows {
      for column in 0..<matrix.columns { matrix[row, column] = numbers[row * matrix.columns + column] }
    }
  }

  /// A random direction of length 1.
  private static func unit(_ count: Int, _ generator: inout SeededGenerator) -> [Double] {
    let numbers = (0..<count).map { _ in generator.gaussian() }
    let length = numbers.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return numbers.map { $0 / length }
  }
}

/// A network with parameters, contexts and a loss Σ weights ∘ output, all random: whatever is to be known of its
/// gradients.
struct GradientTrial {
  let network: any Network
  let windows: Int
  var options: ForwardOptions
  let parameters: Parameters<Double>
  let gradients: Parameters<Double>
  let workspace: any Workspace<Double>

  /// - Parameters:
  ///   - capacity: of the pass; more than `windows` shows that rows beyond the batch do not matter.
  ///   - spread: of the parameters around their beginnings: constants such as a norm's ones become general too.
  init(
    _ network: any Network, windows: Int, capacity: Int? = nil, options: ForwardOptions = ForwardOptions(),
    spread: Double = 0.1, seed: UInt64 = 1
  ) {
    self.network = network
    self.windows = windows
    self.options = options
    parameters = Parameters(network.layout)
    gradients = Parameters(network.layout)
    workspace = network.makeWorkspace(Double.self, capacity: capacity ?? windows, training: true, contextGradient: true)
    parameters.initialize(seed: seed)
    var generator = SeededGenerator(seed: seed, stream: 0x7472_6961_6C)
    for (index, entry) in network.layout.entries.enumerated() where !entry.isConstant {
      let numbers = parameters[index].entries
      for i in numbers.indices { numbers[i] += spread * generator.gaussian() }
    }
    for matrix in [workspace.contexts, workspace.outputGradient] {
      for row in 0..<matrix.rows { for i in 0..<matrix.columns { matrix[row, i] = generator.gaussian() } }
    }
  }

  /// Σ outputGradient ∘ output.
  func loss() -> Double {
    workspace.forward(parameters, windows: windows, options: options)
    return zip(
      GradientCheck.copy(workspace.output.first(windows)), GradientCheck.copy(workspace.outputGradient.first(windows))
    ).reduce(0) { $0 + $1.0 * $1.1 }
  }

  func backward(adding: Bool = false) {
    _ = loss()
    workspace.backward(parameters, windows: windows, options: options, into: gradients, adding: adding)
  }

  /// The error of every learnt parameter's gradient, and under "contexts" that of the contexts.
  func errors() -> [String: Double] {
    backward()
    var errors: [String: Double] = [:]
    for (index, entry) in network.layout.entries.enumerated() where !entry.isConstant {
      errors[entry.name] = GradientCheck.error(of: gradients[index], by: parameters[index], loss)
    }
    let dim = network.configuration.dim
    let rows = network.configuration.context * windows
    if let gradient = workspace.contextGradient {
      errors["contexts"] = GradientCheck.error(
        of: gradient.first(rows).columns(0..<dim), by: workspace.contexts.first(rows).columns(0..<dim), loss)
    }
    return errors
  }

  /// Expects every gradient to be right, and `adding` to add.
  func expectGradients(within tolerance: Double = 1e-7, sourceLocation: SourceLocation = #_sourceLocation) {
    for (name, error) in errors().sorted(by: { $0.key < $1.key }) {
      #expect(error < tolerance, "gradient of \(name)", sourceLocation: sourceLocation)
    }
    backward()
    let once = GradientCheck.copy(gradients.all)
    backward(adding: true)
    let isDoubled = zip(once, GradientCheck.copy(gradients.all)).allSatisfy {
      abs(2 * $0 - $1) <= 1e-12 * max(abs($1), 1)
    }
    #expect(isDoubled, "gradients added to", sourceLocation: sourceLocation)
  }
}
