public import Kernels
public import Vectors

/// What predicts, window by window, the chunks of steps 1 to `horizon`.
public protocol Forecast: AnyObject {
  var horizon: Int { get }
  /// (capacity · horizon, dim): step h of window b, from 1, is row b · horizon + h − 1.
  var predictions: Matrix<Float> { get }
  /// Predictions so far without a length, which stay zero.
  var zeroVectors: Int { get }
  /// Where a batch gathers its contexts, which `run` may overwrite; nil for the batch's own memory.
  var contexts: Matrix<Float>? { get }
  /// Fills the first windows · horizon rows of `predictions`.
  ///
  /// - Parameter batch: closed, with its contexts in `contexts`.
  /// - Returns: the first row that holds a NaN or an infinity; nil where all is well.
  /// - Throws: what looking up a true chunk throws.
  func run(_ batch: WindowBatch<Float>) throws -> Int?
  /// Drops what is kept of earlier batches, so that there is room.
  func forget()
}

/// Predictions one chunk after the other: each slides into the context as a unit vector, and the oldest chunk leaves.
public final class Rollout: Forecast {
  public let horizon: Int
  public let predictions: Matrix<Float>
  public private(set) var zeroVectors = 0
  public var contexts: Matrix<Float>? { predictor.contexts }

  private let predictor: any Predictor<Float>
  private let isRaw: Bool
  private let arena = Arena<Float>()

  /// - Parameter isRaw: leave predictions as they come out, instead of scaling them to unit length. The context gets
  ///   unit vectors all the same.
  public init(_ predictor: any Predictor<Float>, horizon: Int, isRaw: Bool) {
    precondition(horizon >= 1, "a step at least")
    self.predictor = predictor
    self.horizon = horizon
    self.isRaw = isRaw
    let output = predictor.output
    predictions = arena.matrix(rows: output.rows * horizon, columns: output.columns)
  }

  public func run(_ batch: WindowBatch<Float>) -> Int? {
    let windows = batch.windows
    for step in 0..<horizon {
      predictor.predict(windows: windows)
      for window in 0..<windows {
        let row = window * horizon + step
        guard predictions.takeRow(row, from: UnsafeBufferPointer(predictor.output.row(window)), isRaw, &zeroVectors)
        else { return row }
      }
      if step + 1 < horizon { slide(step, windows, kept: (batch.roles.context - 1) * windows) }
    }
    return nil
  }

  public func forget() { predictor.forget() }

  /// Makes the predictions of a step the last chunks of the contexts.
  private func slide(_ step: Int, _ windows: Int, kept: Int) {
    let contexts = predictor.contexts
    contexts.moveRows(from: windows, to: 0, count: kept)
    for window in 0..<windows {
      let slot = contexts.row(kept + window)
      _ = slot.update(fromContentsOf: predictions.row(window * horizon + step))
      if isRaw { _ = InnerProducts.normalize(slot) }
    }
  }
}

/// The truth in the place of predictions: what no model can beat.
public final class Oracle: Forecast {
  /// The chunk so many chunks after a target; nil past the article's end.
  public typealias Later = (_ target: Key, _ chunks: Int) throws -> UnsafeBufferPointer<Float>?

  public let horizon: Int
  public let predictions: Matrix<Float>
  public private(set) var zeroVectors = 0
  public var contexts: Matrix<Float>? { nil }

  private let isRaw: Bool
  private let later: Later?
  private let arena = Arena<Float>()

  /// - Parameters:
  ///   - horizon: above 1 without `later`, the windows have futures, one less than that or more.
  ///   - later: looks up the chunks after the target, in place of the windows' futures. Past the article's end the last
  ///     chunk stands for those that do not exist.
  public init(dim: Int, capacity: Int, horizon: Int, isRaw: Bool, later: Later? = nil) {
    precondition(horizon >= 1, "a step at least")
    self.horizon = horizon
    self.isRaw = isRaw
    self.later = later
    predictions = arena.matrix(rows: capacity * horizon, columns: dim)
  }

  public func run(_ batch: WindowBatch<Float>) throws -> Int? {
    for window in 0..<batch.windows {
      for step in 0..<horizon {
        let row = window * horizon + step
        guard predictions.takeRow(row, from: try truth(batch, window, step), isRaw, &zeroVectors) else { return row }
      }
    }
    return nil
  }

  public func forget() {}

  /// The chunk `step` chunks after the target.
  private func truth(_ batch: WindowBatch<Float>, _ window: Int, _ step: Int) throws -> UnsafeBufferPointer<Float> {
    if step == 0 { return UnsafeBufferPointer(batch.targets.row(window)) }
    if let later {
      return try later(batch.keys[window], step)
        ?? UnsafeBufferPointer(predictions.row(window * horizon + step - 1))
    }
    guard let futures = batch.futures else { preconditionFailure("windows with futures") }
    // The first future is the chunk after the target.
    return UnsafeBufferPointer(futures.row((step - 1) * batch.windows + window))
  }
}

extension Matrix<Float> {
  /// Takes over an output as a row, scaled to unit length unless it is to stay raw.
  ///
  /// - Returns: whether it is finite.
  fileprivate func takeRow(
    _ row: Int, from output: UnsafeBufferPointer<Float>, _ isRaw: Bool, _ zeroVectors: inout Int
  ) -> Bool {
    let prediction = self.row(row)
    _ = prediction.update(fromContentsOf: output)
    let view = UnsafeBufferPointer(prediction)
    guard InnerProducts.dot(view, view).isFinite else { return false }
    let hasLength = isRaw ? view.contains { $0 != 0 } : InnerProducts.normalize(prediction)
    if !hasLength { zeroVectors += 1 }
    return true
  }
}
