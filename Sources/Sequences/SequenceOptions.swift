public import Vectors

/// Which chunks make a window (docs: `seq-build --help`).
public struct SequenceOptions: Sendable {
  /// Chunks of context.
  public var context: Int
  /// How many chunks after the last context chunk the target lies; 1 is plain next-vector prediction.
  public var offset: Int
  /// Chunks between the starts of one window and the next in the same run of chunks.
  public var stride: Int
  /// Chunks of the same article drawn at random, none of the window's own.
  public var negatives: Int
  /// Chunks after the target.
  public var futures: Int
  /// The seed of the negatives.
  public var seed: UInt64

  /// Creates options; the ranges are those of the flags of seq-build.
  public init(
    context: Int, offset: Int = 1, stride: Int = 1, negatives: Int = 0, futures: Int = 0, seed: UInt64 = 17
  ) {
    precondition(context >= 1 && offset >= 1 && stride >= 1 && negatives >= 0 && futures >= 0, "counts of chunks")
    self.context = context
    self.offset = offset
    self.stride = stride
    self.negatives = negatives
    self.futures = futures
    self.seed = seed
  }

  /// Consecutive chunks that a window needs: its context, the way to the target, and the futures.
  public var span: Int { context + offset + futures }

  /// From offset 2 on the chunk just before the target does not belong to the context, and gets its own slot.
  public var roles: Roles {
    Roles(context: context, previous: offset >= 2, negatives: negatives, futures: futures)
  }

  /// Where the slots before the negatives' lie, counted from the window's first chunk, in slot order.
  var places: [UInt32] {
    let target = context - 1 + offset
    let previous = offset >= 2 ? [target - 1] : []
    return (Array(0..<context) + [target] + previous).map { UInt32($0) }
  }

  /// Where the futures' slots lie, which come after the negatives'.
  var futurePlaces: [UInt32] { (0..<futures).map { UInt32(context + offset + $0) } }
}
