public import Kernels
public import Networks

/// A network's predictions, with the windows split across threads: each takes its own through the whole network, without
/// waiting for the others in between.
public final class NetworkPredictor: Predictor {
  private let arena = Arena<Float>()
  private let parts: [any Predictor<Float>]
  private let context: Int
  /// Windows of a part, but for the last.
  private let share: Int
  /// (context · capacity, dim), as `Predictor` has it.
  public let contexts: Matrix<Float>
  /// (capacity, dim): the network's raw output.
  public let output: Matrix<Float>

  /// Windows worth a part of their own: with fewer, a thread would multiply too few rows at a time to be fast.
  private static let minimum = 64

  /// - Parameters:
  ///   - parameters: they must not change.
  ///   - options: without noise.
  ///   - capacity: the most windows at once.
  ///   - calls: of `predict` between two of `forget`, to make room for what they have in common.
  public init(
    _ network: any Network, _ parameters: Parameters<Float>, options: ForwardOptions, capacity: Int, calls: Int = 1
  ) {
    precondition(options.noise == nil, "dropout outside training")
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

  /// Computes `output` of the first `windows` windows.
  public func predict(windows: Int) {
    guard parts.count > 1 else { return predict(part: 0, 0..<windows, of: windows) }
    // The last batch is short: its windows too are split evenly.
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

  /// Drops what is kept of earlier calls.
  public func forget() {
    for part in parts { part.forget() }
  }
}
