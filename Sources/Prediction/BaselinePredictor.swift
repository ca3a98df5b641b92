public import Kernels

/// A baseline's predictions: sums of the context's slots with fixed weights.
public final class BaselinePredictor: Predictor {
  private let weights: [Double]
  private let arena = Arena<Float>()
  /// (context · capacity, dim), as `Predictor` has it.
  public let contexts: Matrix<Float>
  /// (capacity, dim): sums of chunks, of whatever length.
  public let output: Matrix<Float>

  /// - Parameters:
  ///   - dim: entries of a chunk's vector.
  ///   - context: chunks of context, 1 or more.
  ///   - capacity: the most windows at once.
  public init(_ baseline: Baseline, dim: Int, context: Int, capacity: Int) {
    weights = baseline.weights(context: context)
    contexts = arena.matrix(rows: context * capacity, columns: dim)
    output = arena.matrix(rows: capacity, columns: dim)
  }

  /// Computes `output` of the first `windows` windows.
  public func predict(windows: Int) {
    let output = output.first(windows)
    output.fill(0)
    for (slot, weight) in weights.enumerated() where weight != 0 {
      output.add(contexts.rows(slot * windows..<(slot + 1) * windows), scale: Float(weight))
    }
  }
}
