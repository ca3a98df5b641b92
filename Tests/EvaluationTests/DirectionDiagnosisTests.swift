import Evaluation
import Sequences
import TestSupport
import Testing
import Vectors

@Suite struct DirectionDiagnosisTests {
  /// Long and short articles, gaps of one and of more chunks.
  static let articles: [(UInt64, [UInt32])] = [
    (2, Array(0..<17)), (3, [4]), (5, [0, 1, 2, 3, 5, 6, 7, 8, 9, 12, 13, 14, 15, 16, 17]), (6, Array(90..<99)),
    (8, Array(0..<6)),
  ]

  static let options = [
    SequenceOptions(context: 5), SequenceOptions(context: 5, offset: 2), SequenceOptions(context: 1),
    SequenceOptions(context: 2, offset: 3), SequenceOptions(context: 3, offset: 1, futures: 2),
  ]

  static func diagnose(_ frames: [Frame], _ options: SequenceOptions, dim: Int, isOrdered: Bool = true)
    -> DirectionDiagnosis
  {
    var diagnosis = DirectionDiagnosis(dim: dim, roles: options.roles, offset: options.offset)
    for frame in frames { frame.withBlock { diagnosis.add($0, windows: $0.windows, isOrdered: isOrdered) } }
    return diagnosis
  }

  /// The figures in which two diagnoses differ by more than `tolerance`.
  static func differences(_ a: DirectionDiagnosis, _ b: DirectionDiagnosis, _ tolerance: Double) -> [String] {
    var found: [String] = []
    func check(_ isSame: Bool, _ name: String) { if !isSame { found.append(name) } }
    check(a.windows == b.windows && a.articles == b.articles && a.zeroVectors == b.zeroVectors, "counts")
    check(isClose(a.positionSimilarity, b.positionSimilarity, tolerance), "position similarity")
    check(isClose(a.adjacentSimilarity, b.adjacentSimilarity, tolerance), "adjacent similarity")
    check(isClose(a.coherence, b.coherence, tolerance), "coherence")
    check(isClose(a.temporalSignal, b.temporalSignal, tolerance), "temporal signal")
    check(a.temporalOrder == b.temporalOrder, "temporal order")
    check(isClose(a.forward, b.forward, tolerance) && isClose(a.backward, b.backward, tolerance), "forward, backward")
    check(isClose(a.delta, b.delta, tolerance), "delta")
    for (one, other) in zip(a.offsetProfile, b.offsetProfile) {
      check(isClose(one.mean, other.mean, tolerance), "offset profile at \(one.offset)")
    }
    var (a, b) = (a, b)
    let intervals = (a.intervals95(seed: 1), b.intervals95(seed: 1))
    check(isClose(intervals.0?.coherence?.lowerBound, intervals.1?.coherence?.lowerBound, tolerance), "interval")
    check(
      isClose(intervals.0?.temporalSignal.upperBound, intervals.1?.temporalSignal.upperBound, tolerance), "interval")
    return found
  }

  /// Dims that are added up in double precision throughout, and one whose lanes are of single precision.
  @Test(arguments: options.indices, [(1, 1e-12), (3, 1e-12), (7, 1e-12), (31, 1e-5), (70, 1e-5)])
  func figuresByTheirDefinition(_ index: Int, _ precision: (dim: Int, tolerance: Double)) throws {
    let options = Self.options[index]
    let rows = Frame.random(Self.articles, dim: precision.dim, seed: 5)
    let direct = Direct(rows, options)
    let found = Self.diagnose(try frames(rows, options), options, dim: precision.dim)
    let tolerance = precision.tolerance
    #expect(found.windows == direct.starts.count)
    #expect(found.articles == Set(direct.starts.map(\.article)).count)
    #expect(isClose(found.positionSimilarity, direct.positionSimilarity, tolerance))
    #expect(isClose(found.adjacentSimilarity, direct.adjacentSimilarity, tolerance))
    #expect(isClose(found.coherence, direct.coherence, tolerance))
    #expect(isClose(found.temporalSignal, direct.temporalSignal, tolerance))
    #expect(found.temporalOrder == direct.temporalOrder)
    #expect(isClose(found.forward, direct.forward, tolerance))
    #expect(isClose(found.backward, direct.backward, tolerance))
    #expect(isClose(found.delta, direct.delta, tolerance))
    #expect(found.offsetProfile.map(\.offset) == Array(-3...3))
    for (k, mean) in found.offsetProfile {
      #expect(isClose(mean, direct.offsetProfile(k), tolerance), "k = \(k)")
    }
  }

  @Test(arguments: options.indices) func theCutDoesNotMatter(_ index: Int) throws {
    let options = Self.options[index]
    let rows = Frame.random(Self.articles, dim: 7)
    let whole = Self.diagnose(try frames(rows, options), options, dim: 7)
    var generator = SeededGenerator(seed: 3)
    for round in 0..<150 {
      // At first every row a block of its own, then blocks of random sizes, small ones mostly.
      let share = generator.uniform()
      let cuts = (1..<rows.rows).filter { _ in round == 0 || generator.uniform() < share }
      let found = Self.diagnose(try frames(rows, options, cuts: cuts), options, dim: 7)
      let differences = Self.differences(found, whole, 1e-12)
      guard differences.isEmpty else {
        Issue.record("cut before \(cuts): \(differences)")
        return
      }
    }
  }

  /// Frames may be cut anywhere by anyone, repeating more rows than needed.
  @Test func framesThatRepeatMuch() throws {
    let options = SequenceOptions(context: 2)
    let rows = Frame.random([(1, Array(0..<12))], dim: 4)
    let whole = Self.diagnose(try frames(rows, options), options, dim: 4)
    for (size, step) in [(4, 1), (5, 2), (8, 3), (6, 3)] {
      var parts: [Frame] = []
      var end = 0
      var windowsEnd = 0
      for start in stride(from: 0, to: rows.rows - 2, by: step) {
        let range = start..<min(rows.rows, start + size)
        var part = rows.rows(range)
        part.repeated = end - start > 0 ? end - start : 0
        part.slots = 3
        for first in range where first >= windowsEnd && first + 2 < range.upperBound {
          part.indices += [0, 1, 2].map { UInt32(first - start + $0) }
          windowsEnd = first + 1
        }
        end = range.upperBound
        parts.append(part)
      }
      #expect(Self.differences(Self.diagnose(parts, options, dim: 4), whole, 1e-12) == [], "\(size) rows, \(step) new")
    }
  }

  @Test func theOrderOfShardsDoesNotMatter() throws {
    let options = SequenceOptions(context: 3, offset: 2)
    let shards = try Self.articles.map { try frames(Frame.random([$0], dim: 6), options) }
    let forwards = Self.diagnose(Array(shards.joined()), options, dim: 6)
    let backwards = Self.diagnose(Array(shards.reversed().joined()), options, dim: 6)
    #expect(Self.differences(forwards, backwards, 1e-9) == [])
  }

  @Test func unorderedWindowsKnowTheirOwnRowsOnly() throws {
    let options = SequenceOptions(context: 2, offset: 2)
    let rows = Frame.random([(1, Array(0..<9))], dim: 5)
    let found = Self.diagnose(try frames(rows, options), options, dim: 5, isOrdered: false)
    let direct = Direct(rows, options)
    let lasts = direct.starts.map { Direct.key($0, 1) }
    for (k, mean) in found.offsetProfile {
      // Slots: two context chunks, the target two after them, and the one between.
      let expected =
        (-1...2).contains(k)
        ? lasts.map { direct.cosine($0, Direct.key($0, k)) }.reduce(0, +) / Double(lasts.count) : nil
      #expect(isClose(mean, expected, 1e-12), "k = \(k)")
    }
    #expect(isClose(found.forward, direct.forward, 1e-12))
  }

  @Test func zeroVectorsHaveCosineZeroAndAreCounted() throws {
    let options = SequenceOptions(context: 3)
    for dim in [5, 40] {
      var rows = Frame.random([(1, Array(0..<8)), (2, Array(0..<8))], dim: dim)
      for row in [0, 4, 5, 15] { for column in 0..<dim { rows.vectors[row * dim + column] = 0 } }
      let direct = Direct(rows, options)
      for cuts in [[], [5], Array(1..<16)] {
        let found = Self.diagnose(try frames(rows, options, cuts: cuts), options, dim: dim)
        #expect(found.zeroVectors == 4)
        #expect(isClose(found.positionSimilarity, direct.positionSimilarity, dim == 5 ? 1e-12 : 1e-5))
        for (k, mean) in found.offsetProfile {
          #expect(isClose(mean, direct.offsetProfile(k), dim == 5 ? 1e-12 : 1e-5))
        }
      }
    }
  }

  @Test(arguments: [Float(1e-30), 1e-19, 1, 1e15, 1e30]) func lengthDoesNotMatter(_ scale: Float) throws {
    let options = SequenceOptions(context: 3, offset: 2)
    for dim in [6, 64] {
      let rows = Frame.random([(1, Array(0..<12))], dim: dim)
      var scaled = rows
      for index in scaled.vectors.indices { scaled.vectors[index] *= scale }
      let plain = Self.diagnose(try frames(rows, options), options, dim: dim)
      let found = Self.diagnose(try frames(scaled, options), options, dim: dim)
      #expect(Self.differences(found, plain, 2e-5) == [])
      #expect(found.zeroVectors == 0)
    }
  }

  @Test func intervalsNeedTwoArticles() throws {
    let options = SequenceOptions(context: 2)
    var one = Self.diagnose(try frames(Frame.random([(1, Array(0..<9))], dim: 3), options), options, dim: 3)
    let none = one.intervals95(seed: 1)
    #expect(none == nil)
    // A context of one chunk has no coherence.
    let short = SequenceOptions(context: 1)
    var single = Self.diagnose(try frames(Frame.random(Self.articles, dim: 3), short), short, dim: 3)
    let half = single.intervals95(seed: 1)
    #expect(half != nil && half?.coherence == nil)
    let articles = (0..<30 as Range<UInt64>).map { ($0, Array(0..<9 as Range<UInt32>)) }
    var many = Self.diagnose(try frames(Frame.random(articles, dim: 3), options), options, dim: 3)
    let found = many.intervals95(seed: 1)
    let intervals = try #require(found)
    let coherence = try #require(intervals.coherence)
    #expect(coherence.contains(many.coherence ?? .nan))
    #expect(intervals.temporalSignal.contains(many.temporalSignal))
    #expect(coherence.upperBound > coherence.lowerBound)
  }
}
