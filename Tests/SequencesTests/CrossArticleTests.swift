import Failures
import Sequences
import TestSupport
import Testing
import Vectors

@Suite struct CrossArticleTests {
  static let articles = ContextAblationTests.articles

  static func draw(_ frames: [Frame]) throws -> OtherArticleSampler {
    var draw = OtherArticleSampler()
    for frame in frames { frame.withBlock { draw.add($0) } }
    try draw.finish()
    return draw
  }

  static func crossed(_ frames: [Frame], _ options: SequenceOptions, seed: UInt64 = 17) throws -> [Frame] {
    let dim = frames[0].dim
    // The vectors of all rows, as a spool would give them.
    let vectors = frames.flatMap { frame in (frame.repeated..<frame.rows).map { frame.vector($0) } }
    var crossing = CrossArticle(try draw(frames), dim: dim, roles: options.roles, seed: seed)
    var result: [Frame] = []
    for frame in frames {
      try frame.withBlock { block in
        try crossing.apply(to: block) { row, bytes in
          vectors[row].withUnsafeBytes { bytes.copyMemory(from: $0) }
        } _: { made in
          result.append(
            Frame(made.runs, dim: dim, repeated: made.repeated, slots: frame.slots, indices: made.indices))
        }
      }
    }
    return result
  }

  @Test func theLastChunkIsOfAnotherArticle() throws {
    let options = SequenceOptions(context: 3, offset: 2)
    let rows = Frame.random(Self.articles, dim: 2)
    let frames = try build([rows], options).frames
    let before = ContextAblationTests.windows(frames, context: 3)
    let crossed = try Self.crossed(frames, options)
    let after = ContextAblationTests.windows(crossed, context: 3)
    #expect(before.count > 10 && Set(after.keys) == Set(before.keys))
    var strangers: Set<UInt64> = []
    for (target, keys) in after {
      var old = try #require(before[target])
      #expect(keys[2].article != target.article)
      strangers.insert(keys[2].article)
      old[2] = keys[2]
      #expect(keys == old)
    }
    #expect(strangers == [3, 4, 9, 10])
    let vectors = Dictionary(uniqueKeysWithValues: rows.keys.indices.map { (rows.keys[$0], rows.vector($0)) })
    for frame in crossed {
      for row in 0..<frame.rows { #expect(vectors[frame.keys[row]] == frame.vector(row)) }
    }
    #expect(ContextAblationTests.windows(try Self.crossed(frames, options, seed: 3), context: 3) != after)
  }

  @Test func neitherCutNorOrderMatters() throws {
    let options = SequenceOptions(context: 2)
    let rows = Frame.random(Self.articles, dim: 1)
    let whole = ContextAblationTests.windows(
      try Self.crossed(build([rows], options).frames, options), context: 2)
    var generator = SeededGenerator(seed: 2)
    for _ in 0..<50 {
      let cuts = (1..<rows.rows).filter { _ in generator.uniform() < 0.5 }
      let crossed = try Self.crossed(build(rows.cut(before: cuts), options).frames, options)
      #expect(ContextAblationTests.windows(crossed, context: 2) == whole, "cut before \(cuts)")
      for (last, next) in zip(crossed, crossed.dropFirst()) where next.repeated > 0 {
        #expect(last.keys.suffix(next.repeated).elementsEqual(next.keys.prefix(next.repeated)))
      }
    }
    let backwards = Frame.random(Self.articles.reversed(), dim: 1)
    let crossed = try Self.crossed(build([backwards], options).frames, options)
    #expect(ContextAblationTests.windows(crossed, context: 2) == whole)
  }

  @Test func eachOtherArticleIsAsLikely() throws {
    let draw = try Self.draw([Frame.random([(1, [0]), (2, Array(0..<50)), (3, [0, 1])], dim: 1)])
    var counts: [UInt64: Int] = [:]
    for chunk in 0..<3000 {
      counts[draw.draw(for: Key(article: 2, chunk: UInt32(chunk)), seed: 5).key.article, default: 0] += 1
    }
    #expect(Set(counts.keys) == [1, 3] && counts.values.allSatisfy { (1350...1650).contains($0) })
  }

  @Test func oneArticleIsRefused() throws {
    let rows = Frame.random([(1, Array(0..<9))], dim: 1)
    let failure = try #require(throws: Failure.self) { try Self.draw([rows]) }
    #expect(failure.status == .badData && failure.description.contains("two articles"))
  }
}
