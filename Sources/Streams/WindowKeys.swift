public import Vectors

/// Which chunks a set of windows names, whatever their vectors, order and frames: equal sets are equal values (but
/// for one chance in 2^64).
public struct WindowKeys: Hashable, Sendable {
  /// The number of windows added.
  public private(set) var windows = 0
  private var digest: UInt64 = 0

  /// No windows.
  public init() {}

  /// Adds the keys of a block's windows.
  public mutating func add(_ block: VectorBlock) {
    for window in 0..<block.windows {
      var hash = mixed(UInt64(block.weight(window).bitPattern))
      for slot in 0..<block.slots {
        let key = block.key(block.row(window, slot))
        hash = mixed(hash ^ Totals.digest(article: key.article, chunk: key.chunk, step: key.step, checksum: 0))
      }
      digest &+= hash
      windows += 1
    }
  }
}
