import Sequences
import TestSupport
import Testing
import Vectors

@Suite struct NegativesTests {
  static let articles: [(UInt64, [UInt32])] = [
    (3, Array(0..<9)), (4, [0, 1, 2, 4, 5, 6, 9]), (8, [1, 2]), (9, Array(20..<24)), (11, Array(0..<6)),
  ]

  static func options(_ negatives: Int, seed: UInt64 = 17, offset: Int = 1, futures: Int = 0) -> SequenceOptions {
    SequenceOptions(context: 2, offset: offset, negatives: negatives, futures: futures, seed: seed)
  }

  @Test(arguments: [1, 2, 3, 5], [1, 2]) func whereNegativesComeFrom(_ negatives: Int, _ offset: Int) throws {
    let rows = Frame.random(Self.articles, dim: 2)
    let options = Self.options(negatives, offset: offset, futures: 1)
    let built = try build([rows], options)
    let chunks = Dictionary(grouping: rows.keys, by: \.article)
    for window in built.windows {
      #expect(window.negatives.count == negatives)
      #expect(Set(window.negatives).count == negatives, "distinct")
      let first = window.keys[0]
      let span = first.chunk..<first.chunk + UInt32(options.span)
      for negative in window.negatives {
        #expect(negative.article == first.article)
        #expect(!span.contains(negative.chunk), "\(negative) lies in the window from \(first)")
      }
    }
    // All windows are there but those whose article has too few other chunks.
    let plain = expectedWindows(rows, options)
    let possible = plain.filter { (chunks[$0[0].article]?.count ?? 0) - options.span >= negatives }
    #expect(built.windows.map(\.keys) == possible)
    #expect(built.withoutNegatives == plain.count - possible.count)
    // An article that is long enough is not short because its windows lack negatives.
    #expect(built.shortArticles == Self.articles.count - Set(plain.map { $0[0].article }).count)
    #expect(fault(of: built.frames, from: rows) == nil)
  }

  @Test func theSameWindowsGetTheSameNegativesWhateverTheCut() throws {
    let rows = Frame.random(Self.articles, dim: 1)
    let expected = try build([rows], Self.options(3)).windows
    var generator = SeededGenerator(seed: 5)
    for round in 0..<200 {
      let cuts = round == 0 ? Array(1..<rows.rows) : (1..<rows.rows).filter { _ in generator.uniform() < 0.4 }
      let built = try build(rows.cut(before: cuts), Self.options(3))
      guard built.windows == expected, fault(of: built.frames, from: rows) == nil else {
        Issue.record("cut before \(cuts)")
        return
      }
    }
  }

  @Test func otherArticlesDoNotMatter() throws {
    let all = try build([Frame.random(Self.articles, dim: 1)], Self.options(2)).windows
    let one = try build([Frame.random([Self.articles[1]], dim: 1)], Self.options(2)).windows
    #expect(one == all.filter { $0.keys[0].article == 4 })
  }

  @Test func theSeedDecides() throws {
    let rows = Frame.random([(1, Array(0..<60))], dim: 1)
    let one = try build([rows], Self.options(4, seed: 1)).windows
    #expect(try build([rows], Self.options(4, seed: 1)).windows == one)
    let other = try build([rows], Self.options(4, seed: 2)).windows
    #expect(other.map(\.keys) == one.map(\.keys))
    #expect(other != one)
  }

  @Test func everyOtherChunkIsDrawnAboutAsOften() throws {
    let rows = Frame.random([(1, Array(0..<13))], dim: 1)
    var counts: [UInt32: Int] = [:]
    for seed in 0..<600 as Range<UInt64> {
      // The window of chunks 0 to 2 leaves ten others, of which three are drawn.
      let window = try build([rows], Self.options(3, seed: seed)).windows[0]
      for negative in window.negatives { counts[negative.chunk, default: 0] += 1 }
    }
    #expect(Set(counts.keys) == Set(3..<13))
    // 600 · 3/10 = 180 each, with a standard deviation of 11.
    for (chunk, count) in counts { #expect((125...235).contains(count), "chunk \(chunk)") }
  }

  @Test func aLongArticleIsTakenInStretches() throws {
    // 32 MiB of vectors a stretch: rows of 1 MiB make it 32 chunks.
    let dim = 1 << 18
    var rows = Frame(dim: dim)
    for chunk in 0..<70 as Range<UInt32> {
      rows.append(Key(article: 1, chunk: chunk), [Float](repeating: Float(chunk), count: dim))
    }
    let options = Self.options(2)
    let built = try build(rows.cut(before: [1, 30, 40, 69]), options)
    #expect(built.frames.count > 1)
    #expect(built.windows.map(\.keys) == expectedWindows(rows, options))
    #expect(fault(of: built.frames, from: rows) == nil)
    #expect(try build([rows], options).windows == built.windows)
  }
}
