internal import Failures
internal import Streams
public import Vectors

/// The predictions of step 1 in a stream, one by one: for tools that read several streams side by side.
///
/// Memory: one frame.
public final class PredictionCursor {
  private let input: StreamInput
  private var block: VectorBlock?
  private var row = -1

  /// Opens the stream.
  ///
  /// - Parameters:
  ///   - path: `-` for standard input.
  ///   - dim: of the predictions that these are compared with.
  /// - Throws: `.badData` where the stream holds no predictions of that dim; what opening it throws.
  public init(_ path: String, dim: Int) throws {
    input = try StreamInput([path])
    try input.expect(.predictions)
    guard input.header.dim == dim else {
      throw Failure(.badData, "expected predictions of dim \(dim), found dim \(input.header.dim)", at: input.name)
    }
  }

  /// The stream's name in messages.
  public var name: String { input.name }

  /// Moves to the next prediction of step 1.
  ///
  /// - Returns: its key; nil at the verified end of the stream.
  public func next() throws -> Key? {
    while true {
      row += 1
      guard let block, row < block.rows else {
        block = try input.next()
        row = -1
        guard block != nil else { return nil }
        continue
      }
      if block.steps[row] == 1 { return block.key(row) }
    }
  }

  /// The prediction that `next()` moved to, (dim); valid until it is called again.
  public var vector: UnsafeBufferPointer<Float> {
    guard let block else { preconditionFailure("next() has found no prediction") }
    return block.vector(row)
  }
}
