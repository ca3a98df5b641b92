public import Kernels
public import Networks
internal import Vectors

/// Predictions one chunk after the other: each slides into the context as a unit vector, and the oldest chunk leaves.
public final class Rollout: Forecast {
  /// Chunks predicted of a window, 1 or more.
  public let horizon: Int
  /// (capacity · horizon, dim), as `Forecast` has it.
  public let predictions: Matrix<Float>
  /// Predictions so far without a length, which stay zero.
  public private(set) var zeroVectors = 0
  /// The predictor's own contexts, which `run` overwrites when the horizon is above 1.
  public var contexts: Matrix<Float>? { predictor.contexts }

  private let predictor: any Predictor<Float>
  private let isRaw: Bool
  private let arena = Arena<Float>()

  /// - Parameters:
  ///   - predictor: computes each step.
  ///   - horizon: chunks to predict of a window, 1 or more.
  ///   - isRaw: leave predictions as they come out, instead of scaling them to unit length. The context gets unit
  ///     vectors all the same.
  public init(_ predictor: any Predictor<Float>, horizon: Int, isRaw: Bool) {
    precondition(horizon >= 1, "a horizon below 1")
    self.predictor = predictor
    self.horizon = horizon
    self.isRaw = isRaw
    let output = predictor.output
    predictions = arena.matrix(rows: output.rows * horizon, columns: output.columns)
  }

  /// Predicts the batch's windows, step by step.
  ///
  /// - Returns: the first row that holds a NaN or an infinity; nil where all is well.
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

  /// Drops what the predictor keeps of earlier batches.
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
