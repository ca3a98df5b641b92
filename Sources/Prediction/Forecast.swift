public import Kernels
public import Networks
internal import Vectors

/// What predicts, window by window, the chunks of steps 1 to `horizon`.
public protocol Forecast: AnyObject {
  /// Chunks predicted of a window, 1 or more.
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

extension Matrix<Float> {
  /// Takes over an output as a row, scaled to unit length unless it is to stay raw.
  ///
  /// - Returns: whether it is finite.
  func takeRow(
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
