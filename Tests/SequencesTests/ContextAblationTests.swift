import Failures
import Sequences
import TestSupport
import Testing
import Vectors

@Suite struct ContextAblationTests {
  static let articles: [(UInt64, [UInt32])] = [
    (3, Array(0..<12)), (4, Array(5..<14)), (9, Array(100..<111)), (10, [7]),
  ]

  /// The keys in the slots of each window, by the key of its target.
  static func windows(_ frames: [Frame], context: Int) -> [Key: [Key]] {
    var found: [Key: [Key]] = [:]
    for frame in frames {
      for window in 0..<frame.windows {
        let keys = frame.window(window).map { frame.keys[$0] }
        found[keys[context]] = keys
      }
    }
    return found
  }

  static func ablated(
    _ frames: [Frame], _ mode: ContextAblation.Mode, _ options: SequenceOptions, seed: UInt64 = 17
  ) throws -> [Frame] {
    var ablation = try ContextAblation(mode, roles: options.roles, seed: seed)
    return frames.map { frame in
      var after = frame
      frame.withBlock { block in ablation.apply(to: block) { after.indices = Array($0) } }
      return after
    }
  }

  /// The context after a mode without chance, by its definition.
  static func expected(_ context: [Key], _ mode: ContextAblation.Mode) -> [Key] {
    switch mode {
    case .reverse: return context.indices.map { context[context.count - 1 - $0] }
    case .repeatLast: return context.map { _ in context[context.count - 1] }
    case .dropOne(let slot):
      let rest = context.indices.filter { $0 != slot }.map { context[$0] }
      return rest + rest.suffix(1)
    case .shuffle, .crossArticle: return []
    }
  }

  static let plain: [ContextAblation.Mode] = [
    .reverse, .repeatLast, .dropOne(0), .dropOne(1), .dropOne(2), .dropOne(3),
  ]

  @Test(arguments: plain) func modesByTheirDefinition(_ mode: ContextAblation.Mode) throws {
    let options = SequenceOptions(context: 4, offset: 2, negatives: 2, futures: 1)
    let frames = try build([Frame.random(Self.articles, dim: 2)], options).frames
    let before = Self.windows(frames, context: 4)
    let after = Self.windows(try Self.ablated(frames, mode, options), context: 4)
    #expect(before.count > 10 && Set(after.keys) == Set(before.keys))
    for (target, keys) in before {
      #expect(after[target] == Self.expected(Array(keys[..<4]), mode) + keys[4...])
    }
  }

  @Test func shuffleIsAPermutationOfEachWindowsOwn() throws {
    let options = SequenceOptions(context: 4)
    let rows = Frame.random([(1, Array(0..<500))], dim: 1)
    let frames = try build([rows], options).frames
    let before = Self.windows(frames, context: 4)
    let after = Self.windows(try Self.ablated(frames, .shuffle, options), context: 4)
    var counts: [[Int]: Int] = [:]
    for (target, keys) in after {
      let old = try #require(before[target])
      #expect(Set(keys[..<4]) == Set(old[..<4]) && keys[4...] == old[4...])
      counts[keys[..<4].compactMap { old.firstIndex(of: $0) }, default: 0] += 1
    }
    // All 24 orders, each about 496 / 24 = 21 times.
    #expect(counts.count == 24 && counts.values.allSatisfy { (5...45).contains($0) })
    let cut = try build(rows.cut(before: Array(stride(from: 3, to: 500, by: 7))), options).frames
    #expect(Self.windows(try Self.ablated(cut, .shuffle, options), context: 4) == after)
    #expect(Self.windows(try Self.ablated(frames, .shuffle, options, seed: 18), context: 4) != after)
  }

  @Test func whatCannotBeDropped() throws {
    let beyond = try #require(throws: Failure.self) {
      try ContextAblation(.dropOne(4), roles: Roles(context: 4), seed: 1)
    }
    #expect(beyond.status == .usage && beyond.description.contains("drop-one:0 to drop-one:3"))
    let none = try #require(throws: Failure.self) {
      try ContextAblation(.dropOne(0), roles: Roles(context: 1), seed: 1)
    }
    #expect(none.status == .badData)
  }

  @Test func names() {
    #expect(ContextAblation.Mode("drop-one:12") == .dropOne(12))
    #expect(ContextAblation.Mode("cross-article") == .crossArticle)
    for text in ["", "drop-one", "drop-one:", "drop-one:-1", "drop-one:1x", "Shuffle"] {
      #expect(ContextAblation.Mode(text) == nil)
    }
  }
}
