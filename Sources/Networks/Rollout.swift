public import Kernels
internal import Vectors

/// Predictions of one chunk after the other: each slides into the context as a unit vector, and the oldest chunk leaves.
public final class Rollout {
  public let horizon: Int
  /// (windows · horizon, dim) of (capacity · horizon, dim): step h of window b, from 1, is row b · horizon + h − 1.
  public let predictions: Matrix<Float>
  /// Predictions so far without a length, which stay zero.
  public private(set) var zeroVectors = 0

  private let predictor: any Predictor
  private let context: Int
  private let isRaw: Bool
  private let arena = Arena<Float>()

  /// - Parameters:
  ///   - context: chunks of context.
  ///   - isRaw: leave predictions as they come out, instead of scaling them to unit length. The context gets unit
  ///     vectors all the same.
  public init(_ predictor: any Predictor, context: Int, horizon: Int, isRaw: Bool) {
    precondition(horizon >= 1, "a step at least")
    self.predictor = predictor
    self.context = context
    self.horizon = horizon
    self.isRaw = isRaw
    let output = predictor.output
    predictions = arena.matrix(rows: output.rows * horizon, columns: output.columns)
  }

  /// Computes the predictions of the predictor's first `windows` contexts, which are lost where there is a second step.
  ///
  /// - Returns: the first row of `predictions` that holds a NaN or an infinity; nil where all is well.
  public func run(windows: Int) -> Int? {
    for step in 0..<horizon {
      if step > 0 { predictor.contexts.moveRows(from: windows, to: 0, count: (context - 1) * windows) }
      predictor.predict(windows: windows)
      for window in 0..<windows {
        let row = window * horizon + step
        guard take(window, row) else { return row }
        if step + 1 < horizon { slide(window, row, windows) }
      }
    }
    return nil
  }

  /// Takes over a window's output.
  ///
  /// - Returns: whether it is finite.
  private func take(_ window: Int, _ row: Int) -> Bool {
    let prediction = predictions.row(row)
    _ = prediction.update(fromContentsOf: predictor.output.row(window))
    let view = UnsafeBufferPointer(prediction)
    guard Products.dot(view, view).isFinite else { return false }
    if isRaw {
      if view.allSatisfy({ $0 == 0 }) { zeroVectors += 1 }
    } else if !Products.normalize(prediction) {
      zeroVectors += 1
    }
    return true
  }

  private func slide(_ window: Int, _ row: Int, _ windows: Int) {
    let slot = predictor.contexts.row((context - 1) * windows + window)
    _ = slot.update(fromContentsOf: predictions.row(row))
    if isRaw { _ = Products.normalize(slot) }
  }
}
