internal import Descriptors
internal import Failures
internal import Glibc
public import Vectors

/// A stream in a private file without a name, in `$TMPDIR` or `/tmp`, for those who must have seen all of it before
/// they write the first of it. It goes with its owner.
///
/// Memory: one frame, and 16 bytes for each.
public final class StreamSpool {
  /// Rows appended so far, without repeated ones.
  public private(set) var rows = 0
  private let descriptor: Descriptor
  private let writer: StreamWriter
  private let dim: Int
  private var isFinished = false
  /// For each frame the number of its first row that is not repeated, and where in the file that row's vector begins.
  private var frames: [(row: Int, offset: Int)] = []

  /// - Parameter header: of the stream. What it says of order is not kept.
  /// - Throws: `.cannotCreate` where the folder takes no file.
  public init(_ header: StreamHeader) throws {
    descriptor = try Descriptor.temporaryFile()
    // One member holds it all, in whatever order it comes.
    var header = header
    header.ordered = false
    dim = header.dim
    writer = try StreamWriter(descriptor: descriptor.number, name: "temporary file", header: header)
  }

  deinit { close(descriptor.number) }

  /// Throws `.inputOutput`, as when the disk is full.
  public func append(_ block: VectorBlock) throws {
    guard let start = descriptor.offset else { throw Failure(.inputOutput, "has no position", at: "temporary file") }
    try writer.write(block)
    guard block.rows > block.repeated else { return }
    frames.append((rows, start + RecordHead.byteCount + 4 * dim * block.repeated))
    rows += block.rows - block.repeated
  }

  /// Ends the writing, and gives all blocks back in order, each good during one call of `body`. May be called again.
  public func readBack(_ body: (VectorBlock) throws -> Void) throws {
    if !isFinished { try writer.finish() }
    isFinished = true
    try descriptor.rewind()
    let reader = try StreamReader(descriptor: descriptor.number, name: "temporary file")
    while let block = try reader.next() { try body(block) }
  }

  /// Copies the vector of a row, counted from 0 over all blocks, into the bytes of (dim) floats.
  public func readVector(_ row: Int, into bytes: UnsafeMutableRawBufferPointer) throws {
    precondition((0..<rows).contains(row) && bytes.count == 4 * dim, "a vector of a row of the spool")
    var (low, high) = (0, frames.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if frames[middle].row <= row { low = middle } else { high = middle }
    }
    try descriptor.read(into: bytes, at: frames[low].offset + 4 * dim * (row - frames[low].row))
  }
}
