/// Rows of vectors that can be read in any order, by their number.
public protocol RowSource: AnyObject {
  /// Entries of a vector.
  var dim: Int { get }

  /// Copies rows into `vectors`, which is exactly (rows, dim) large.
  ///
  /// - Throws: `.badData` for an entry that is not finite; `.inputOutput`.
  func read(_ rows: Range<Int>, into vectors: UnsafeMutableBufferPointer<Float>) throws
}
