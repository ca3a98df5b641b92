internal import Descriptors
internal import Evaluation
internal import Failures
internal import Glibc
internal import Vectors

/// The rows of a stream that has been read and verified: in its own file, or, where it came through a pipe, in a
/// temporary file without a name.
///
/// Memory: 16 bytes for each frame.
final class StreamRows: RowSource {
  let dim: Int
  private let file: Descriptor?
  private let spool: SpoolFile?
  /// The offset in `file` of the stream's first byte.
  private let start: Int
  /// For each frame the number of its first row, and the offset of its vectors in `file` or `spool`.
  private var frames: [(row: Int, offset: Int)] = []
  private var count = 0

  /// Rows of a stream in a regular file.
  ///
  /// - Parameter start: the file offset of the stream's first byte.
  init(in descriptor: Int32, from start: Int, name: String, dim: Int) throws {
    let own = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
    guard own >= 0 else { throw Failure.system(.inputOutput, "cannot be kept open").at(name) }
    file = Descriptor(own, name: name)
    spool = nil
    self.start = start
    self.dim = dim
  }

  /// Rows of a stream from a pipe or a device: `append` copies them to a temporary file.
  init(name: String, dim: Int) throws {
    file = nil
    spool = try at(name) { try SpoolFile() }
    start = 0
    self.dim = dim
  }

  deinit { if let file { _ = Glibc.close(file.number) } }

  /// Adds the rows of the next frame.
  ///
  /// - Parameter offset: of its vectors, from the stream's first byte.
  func append(_ block: VectorBlock, at offset: Int) throws {
    guard block.rows > 0 else { return }
    if let spool {
      if frames.isEmpty { frames.append((0, 0)) }
      try spool.append(block.bytes)
    } else {
      frames.append((count, start + offset))
    }
    count += block.rows
  }

  func read(_ rows: Range<Int>, into vectors: UnsafeMutableBufferPointer<Float>) throws {
    precondition(rows.upperBound <= count, "row \(rows.upperBound) of \(count)")
    precondition(vectors.count == rows.count * dim, "the buffer does not fit \(rows.count) rows of dim \(dim)")
    var row = rows.lowerBound
    var frame = self.frame(of: row)
    while row < rows.upperBound {
      let end = min(rows.upperBound, frame + 1 < frames.count ? frames[frame + 1].row : count)
      let part = UnsafeMutableBufferPointer(
        rebasing: vectors[(row - rows.lowerBound) * dim..<(end - rows.lowerBound) * dim])
      try read(UnsafeMutableRawBufferPointer(part), at: frames[frame].offset + 4 * dim * (row - frames[frame].row))
      row = end
      frame += 1
    }
  }

  private func read(_ bytes: UnsafeMutableRawBufferPointer, at offset: Int) throws {
    if let spool { try spool.read(into: bytes, at: offset) } else { try file?.read(into: bytes, at: offset) }
  }

  /// The index of the frame that holds `row`, in logarithmic time.
  private func frame(of row: Int) -> Int {
    var (low, high) = (0, frames.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if frames[middle].row <= row { low = middle } else { high = middle }
    }
    return low
  }
}
