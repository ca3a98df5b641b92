public import Vectors
internal import Failures

/// Takes from the contexts of windows what a predictor might lean on: their order, a chunk, all but the last, or the
/// last. Targets and other roles stay what they are, and so do the rows.
public struct ContextAblation {
  /// What is done to the context of each window.
  public enum Mode: Hashable, Sendable {
    /// The context chunks in a random order.
    case shuffle
    /// The context chunks from last to first.
    case reverse
    /// All but the chunk in this slot; those after it move up, and the last that remains fills the last slot too.
    case dropOne(Int)
    /// The last context chunk in every slot.
    case repeatLast
    /// A chunk of another article in place of the last context chunk: the work of `CrossArticle`.
    case crossArticle

    /// `shuffle`, `reverse`, `drop-one:J`, `repeat-last` or `cross-article`; nil for any other text.
    public init?(_ text: String) {
      switch text {
      case "shuffle": self = .shuffle
      case "reverse": self = .reverse
      case "repeat-last": self = .repeatLast
      case "cross-article": self = .crossArticle
      default:
        let prefix = "drop-one:"
        guard text.hasPrefix(prefix), let slot = Int(text.dropFirst(prefix.count)), slot >= 0 else { return nil }
        self = .dropOne(slot)
      }
    }

    /// The text that `init(_:)` reads.
    public var text: String {
      switch self {
      case .shuffle: "shuffle"
      case .reverse: "reverse"
      case .dropOne(let slot): "drop-one:\(slot)"
      case .repeatLast: "repeat-last"
      case .crossArticle: "cross-article"
      }
    }

    /// Whether chance is involved.
    public var isRandom: Bool { self == .shuffle || self == .crossArticle }
  }

  private let mode: Mode
  private let context: Int
  private let seed: UInt64
  private var indices: [UInt32] = []

  /// - Throws: `.usage` where there is no chunk to drop in the slot named, `.badData` where none would remain.
  public init(_ mode: Mode, roles: Roles, seed: UInt64) throws {
    if case .dropOne(let slot) = mode {
      guard roles.context >= 2 else {
        throw Failure(.badData, "windows of 1 context chunk, none of which may be left out; expected 2 or more")
      }
      guard slot < roles.context else {
        throw Failure(
          .usage,
          "\(mode.text): expected drop-one:0 to drop-one:\(roles.context - 1), as the windows have "
            + "\(roles.context) context chunks")
      }
    }
    self.mode = mode
    self.seed = seed
    context = roles.context
  }

  /// Calls `body` with the indices, (windows, slots), of the block's windows after the ablation.
  public mutating func apply(
    to block: VectorBlock, _ body: (UnsafeBufferPointer<UInt32>) throws -> Void
  ) rethrows {
    indices.removeAll(keepingCapacity: true)
    indices.append(contentsOf: block.indices)
    var slots: [UInt32] = []
    slots.reserveCapacity(context)
    for window in 0..<block.windows {
      let start = window * block.slots
      slots.removeAll(keepingCapacity: true)
      slots.append(contentsOf: block.indices[start..<start + context])
      rearrange(&slots, target: block.key(block.row(window, context)))
      indices.replaceSubrange(start..<start + context, with: slots)
    }
    try indices.withUnsafeBufferPointer(body)
  }

  /// Rearranges what fills the context slots of a window, one entry a slot.
  ///
  /// - Parameter target: the key of the window's target, which seeds what is random.
  public func rearrange(_ slots: inout [UInt32], target: Key) {
    precondition(slots.count == context, "\(slots.count) entries for \(context) context slots")
    switch mode {
    case .shuffle:
      var generator = SeededGenerator(seed: seed, target: target)
      slots.shuffle(by: &generator)
    case .reverse: slots.reverse()
    case .dropOne(let slot):
      slots.remove(at: slot)
      slots.append(slots[context - 2])
    case .repeatLast:
      let last = slots[context - 1]
      for slot in 0..<context { slots[slot] = last }
    case .crossArticle: preconditionFailure("CrossArticle brings the rows of other articles")
    }
  }
}

extension SeededGenerator {
  /// The generator of a window, by its target: whatever frame the window comes in, it draws the same.
  init(seed: UInt64, target key: Key) {
    self.init(seed: seed, stream: mixed(key.article) ^ (UInt64(key.chunk) | UInt64(key.step) << 32))
  }
}

extension [UInt32] {
  /// Fisher and Yates's shuffle, drawn as `SeededGenerator` defines it: the library's own may change with its version.
  fileprivate mutating func shuffle(by generator: inout SeededGenerator) {
    for end in stride(from: count - 1, to: 0, by: -1) { swapAt(end, generator.index(below: end + 1)) }
  }
}
