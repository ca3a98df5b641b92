public import Kernels

/// What gives windows their predictions: a network with its parameters, or a baseline without any.
public protocol Predictor<Scalar>: AnyObject {
  associatedtype Scalar: Real
  /// (context · capacity, dim): the caller fills the first context · windows rows, position-major: slot t of window b
  /// among n is row t·n + b. Left as it is.
  var contexts: Matrix<Scalar> { get }
  /// (capacity, dim): the raw output p.
  var output: Matrix<Scalar> { get }
  /// Computes `output` of the first `windows` windows. What earlier calls computed of the same chunks may be used again.
  func predict(windows: Int)
  /// Drops what is kept of earlier calls, so that there is room: to be called where the windows to come have little in
  /// common with those before.
  func forget()
}

extension Predictor {
  public func forget() {}
}

/// A pass's forward half as a predictor.
final class WorkspacePredictor<Scalar: Real>: Predictor {
  private let parameters: Parameters<Scalar>
  private let options: ForwardOptions
  private let workspace: any Workspace<Scalar>
  let contexts: Matrix<Scalar>
  var output: Matrix<Scalar> { workspace.output }

  init(_ network: any Network, _ parameters: Parameters<Scalar>, options: ForwardOptions, capacity: Int) {
    self.parameters = parameters
    self.options = options
    workspace = network.makeWorkspace(Scalar.self, capacity: capacity, training: false, contextGradient: false)
    contexts = workspace.contexts.columns(0..<network.configuration.dim)
  }

  func predict(windows: Int) { workspace.forward(parameters, windows: windows, options: options) }
}

/// A network's predictions, the windows parted among the threads: each takes its own through the whole network, without
/// waiting for the others in between.
public final class NetworkPredictor: Predictor {
  private let arena = Arena<Float>()
  private let parts: [any Predictor<Float>]
  private let context: Int
  /// Windows of a part, but for the last.
  private let share: Int
  public let contexts: Matrix<Float>
  public let output: Matrix<Float>

  /// Windows worth a part of their own: with fewer, a thread would multiply too few rows at a time to be fast.
  private static let minimum = 64

  /// - Parameters:
  ///   - capacity: the most windows at once.
  ///   - calls: of `predict` between two of `forget`, to make room for what they have in common.
  public init(
    _ network: any Network, _ parameters: Parameters<Float>, options: ForwardOptions, capacity: Int, calls: Int = 1
  ) {
    precondition(options.noise == nil, "nothing is dropped outside training")
    let threads = Workers.threads
    let count = capacity / threads >= Self.minimum ? threads : 1
    let share = (capacity + count - 1) / count
    (self.share, context) = (share, network.configuration.context)
    parts = (0..<count).map { _ in
      network.makePredictor(parameters, options: options, capacity: share, calls: calls)
    }
    contexts = arena.matrix(rows: context * capacity, columns: network.configuration.dim)
    output = arena.matrix(rows: capacity, columns: network.configuration.dim)
  }

  public func predict(windows: Int) {
    guard parts.count > 1 else { return predict(part: 0, 0..<windows, of: windows) }
    // The last batch is short: its windows too are parted evenly.
    let share = min(share, (windows + parts.count - 1) / parts.count)
    Workers.parallel(parts.count) { range in
      for part in range where part * share < windows {
        predict(part: part, part * share..<min((part + 1) * share, windows), of: windows)
      }
    }
  }

  private func predict(part: Int, _ range: Range<Int>, of windows: Int) {
    let predictor = parts[part]
    for slot in 0..<context {
      predictor.contexts.rows(slot * range.count..<(slot + 1) * range.count)
        .copy(from: contexts.rows(slot * windows + range.lowerBound..<slot * windows + range.upperBound))
    }
    predictor.predict(windows: range.count)
    output.rows(range).copy(from: predictor.output.first(range.count))
  }

  public func forget() {
    for part in parts { part.forget() }
  }
}
