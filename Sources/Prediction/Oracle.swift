public import Kernels
public import Networks
public import Vectors

/// The truth in the place of predictions: what no model can beat.
public final class Oracle: Forecast {
  /// The chunk so many chunks after a target; nil past the article's end.
  public typealias Later = (_ target: Key, _ chunks: Int) throws -> UnsafeBufferPointer<Float>?

  /// Chunks predicted of a window, 1 or more.
  public let horizon: Int
  /// (capacity · horizon, dim), as `Forecast` has it.
  public let predictions: Matrix<Float>
  /// Predictions so far without a length, which stay zero.
  public private(set) var zeroVectors = 0
  /// None: an oracle reads no context.
  public var contexts: Matrix<Float>? { nil }

  private let isRaw: Bool
  private let later: Later?
  private let arena = Arena<Float>()

  /// - Parameters:
  ///   - dim: entries of a chunk's vector.
  ///   - capacity: the most windows of a batch.
  ///   - horizon: chunks to predict of a window; above 1 without `later`, the windows have futures, one less than that or more.
  ///   - isRaw: leave chunks as they are, instead of scaling them to unit length.
  ///   - later: looks up the chunks after the target, in place of the windows' futures. Past the article's end the last
  ///     chunk stands for those that do not exist.
  public init(dim: Int, capacity: Int, horizon: Int, isRaw: Bool, later: Later? = nil) {
    precondition(horizon >= 1, "a horizon below 1")
    self.horizon = horizon
    self.isRaw = isRaw
    self.later = later
    predictions = arena.matrix(rows: capacity * horizon, columns: dim)
  }

  /// Takes over the true chunks of the batch's windows.
  ///
  /// - Returns: the first row that holds a NaN or an infinity; nil where all is well.
  /// - Throws: what looking up a true chunk throws.
  public func run(_ batch: WindowBatch<Float>) throws -> Int? {
    for window in 0..<batch.windows {
      for step in 0..<horizon {
        let row = window * horizon + step
        guard predictions.takeRow(row, from: try truth(batch, window, step), isRaw, &zeroVectors) else { return row }
      }
    }
    return nil
  }

  /// Does nothing: an oracle keeps nothing.
  public func forget() {}

  /// The chunk `step` chunks after the target.
  private func truth(_ batch: WindowBatch<Float>, _ window: Int, _ step: Int) throws -> UnsafeBufferPointer<Float> {
    if step == 0 { return UnsafeBufferPointer(batch.targets.row(window)) }
    if let later {
      return try later(batch.keys[window], step)
        ?? UnsafeBufferPointer(predictions.row(window * horizon + step - 1))
    }
    guard let futures = batch.futures else { preconditionFailure("windows without futures") }
    // The first future is the chunk after the target.
    return UnsafeBufferPointer(futures.row((step - 1) * batch.windows + window))
  }
}
