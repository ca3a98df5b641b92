public import JSON
internal import Vectors
internal import Checksums

/// What a stream holds, so far or in all: the numbers that its end record states.
///
/// The digests do not depend on the order of rows and windows, nor on how they are cut into frames and members: those
/// of two streams add up (modulo 2^64) to that of both.
public struct Totals: Hashable, Sendable {
  /// The number of frames.
  public var frames = 0
  /// Rows, without those a frame repeats from the one before.
  public var rows = 0
  /// The number of windows.
  public var windows = 0
  /// The sum of the digests of all rows, modulo 2^64: it does not depend on their order.
  public var rowDigest: UInt64 = 0
  /// The sum of the digests of all windows, modulo 2^64.
  public var windowDigest: UInt64 = 0

  /// Nothing counted.
  public init() {}

  /// The totals of two streams together.
  public static func + (a: Totals, b: Totals) -> Totals {
    var sum = a
    sum.frames += b.frames
    sum.rows += b.rows
    sum.windows += b.windows
    sum.rowDigest &+= b.rowDigest
    sum.windowDigest &+= b.windowDigest
    return sum
  }

  /// The digest of one row: its key and the CRC-32 of its vector.
  @inline(__always)
  static func digest(article: UInt64, chunk: UInt32, step: UInt32, checksum: UInt32) -> UInt64 {
    let index = mixed(article) ^ (UInt64(chunk) | UInt64(step) << 32)
    return mixed(mixed(index) ^ UInt64(checksum))
  }

  /// Counts one frame.
  ///
  /// - Parameters:
  ///   - block: with checksums.
  ///   - digests: room for a number per row, overwritten.
  mutating func count(_ block: VectorBlock, checksums: UnsafeBufferPointer<UInt32>, digests: inout [UInt64]) {
    digests.removeAll(keepingCapacity: true)
    var rowSum = rowDigest
    for row in 0..<block.rows {
      let digest = Self.digest(
        article: block.articles[row], chunk: block.chunks[row], step: block.steps[row], checksum: checksums[row])
      digests.append(digest)
      if row >= block.repeated { rowSum &+= digest }
    }
    rowDigest = rowSum
    frames += 1
    rows += block.rows - block.repeated
    windows += block.windows
    countWindows(block, digests)
  }

  private mutating func countWindows(_ block: VectorBlock, _ digests: [UInt64]) {
    let unweighted = mixed(UInt64(Float(1).bitPattern))
    var windowSum = windowDigest
    digests.withUnsafeBufferPointer { digests in
      for window in 0..<block.windows {
        var hash = block.weights.map { mixed(UInt64($0[window].bitPattern)) } ?? unweighted
        for slot in window * block.slots..<(window + 1) * block.slots {
          hash = mixed(hash ^ digests[Int(block.indices[slot])])
        }
        windowSum &+= hash
      }
    }
    windowDigest = windowSum
  }
}

extension Totals {
  /// The five members of an end record's JSON.
  public var json: [String: JSON] {
    [
      "frames": .integer(Int64(frames)), "rows": .integer(Int64(rows)), "windows": .integer(Int64(windows)),
      "row_digest": .hexadecimal(rowDigest), "window_digest": .hexadecimal(windowDigest),
    ]
  }

  /// - Returns: nil where one of the five is missing or not of its kind.
  init?(_ json: JSON) {
    guard let frames = json["frames"]?.int, let rows = json["rows"]?.int, let windows = json["windows"]?.int,
      let rowDigest = json["row_digest"]?.hexadecimal, let windowDigest = json["window_digest"]?.hexadecimal
    else { return nil }
    self.frames = frames
    self.rows = rows
    self.windows = windows
    self.rowDigest = rowDigest
    self.windowDigest = windowDigest
  }
}
