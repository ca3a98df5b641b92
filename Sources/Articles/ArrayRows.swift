internal import Evaluation
internal import Failures
internal import Formats

/// The rows of an array in an .npz or .npy file, converted to single precision as they are read.
final class ArrayRows: RowSource {
  private let rows: FloatRows

  /// - Parameter rows: made for random access.
  init(_ rows: FloatRows) { self.rows = rows }

  var dim: Int { rows.dim }

  func read(_ range: Range<Int>, into vectors: UnsafeMutableBufferPointer<Float>) throws {
    precondition(vectors.count == range.count * dim, "the buffer does not fit \(range.count) rows of dim \(dim)")
    guard let start = vectors.baseAddress else { return }
    for (index, row) in range.enumerated() {
      guard rows.copyRow(row, into: start + index * dim) else {
        throw Failure(
          .badData, "row \(row) holds a NaN or an infinity",
          hint: "npz-read --drop-nonfinite makes a stream without such rows")
      }
    }
  }
}
