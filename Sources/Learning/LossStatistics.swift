internal import Kernels

/// How a batch's outputs lie: means over its windows, without weights.
public struct LossStatistics: Hashable, Sendable {
  /// Mean cos(p, n).
  public var next = 0.0
  /// Mean cos(p, v), v the recipe's "previous".
  public var previous = 0.0
  /// Mean cos(p, c[last]).
  public var last = 0.0
  /// Mean cos(p, the mean of the context).
  public var centroid = 0.0
  /// The mean squared error of the unit output.
  public var unitMSE = 0.0
  /// Mean ‖p‖.
  public var length = 0.0

  /// All zero.
  public init() {}

  /// Mean cos(p, n) − mean cos(p, v).
  public var margin: Double { next - previous }
}

extension Losses {
  /// The mean length of the batch's targets.
  public var meanTargetLength: Double {
    let windows = figures.windows
    return windows > 0 ? (0..<windows).reduce(0) { $0 + targetSquares[0, $1].squareRoot() } / Double(windows) : 0
  }

  /// The batch's figures.
  public var statistics: LossStatistics {
    var statistics = LossStatistics()
    let windows = figures.windows
    guard windows > 0, dim > 0 else { return statistics }
    func mean(_ figure: (Int) -> Double) -> Double { (0..<windows).reduce(0) { $0 + figure($1) } / Double(windows) }
    let context = figures.contexts - 1
    statistics.next = mean { cosine(.next, window: $0) }
    statistics.previous = mean { cosine(.previous, window: $0) }
    statistics.last = mean { cosine(.context(context), window: $0) }
    statistics.centroid = mean { cosine(.centroid, window: $0) }
    statistics.length = mean { figures.outputLengths[0, $0] }
    statistics.unitMSE = mean(squaredErrorOfUnit) / Double(dim)
    return statistics
  }

  /// The cosine of a window's output with a vector it is compared with.
  public func cosine(_ vector: ComparedVector, window: Int) -> Double {
    precondition(window >= 0 && window < figures.windows, "a window that exists")
    return figures.cosines[figures.slot(vector), window]
  }

  /// cos(c[last], n) of a window: what P4's weight of the directional term follows from.
  public func cosineOfLastAndNext(window: Int) -> Double {
    precondition(window >= 0 && window < figures.windows, "a window that exists")
    loadLastCosines()
    return lastCosines[0, window]
  }

  /// ‖u(p) − n‖².
  private func squaredErrorOfUnit(_ window: Int) -> Double {
    let output = figures.outputLengths[0, window]
    let unit = output / max(output, Self.epsilon)
    let product = unit * figures.cosines[0, window] * lengths[0, window]
    return unit * unit - 2 * product + targetSquares[0, window]
  }
}
