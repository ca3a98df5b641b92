import Failures
import Regression
import Sequences
import TestSupport
import Testing
import Vectors

/// Synthetic data whose arrow of time is known.
@Suite struct ArrowTestTests {
  private static func store(
    _ kind: SyntheticProcess.Kind, articles: Int, chunks: Int, dim: Int = 8, seed: UInt64
  ) -> VectorStore {
    let process = SyntheticProcess(kind: kind, dim: dim, chunks: chunks, rho: 0.7, angle: 0.5, seed: seed)
    var store = VectorStore(dim: dim)
    for article in 0..<articles { process.append(article: UInt64(article), to: &store, normalizes: true) }
    return store
  }

  private static func findings(
    _ store: VectorStore, rowsPerBlock: Int = 1000, seed: UInt64 = 17
  ) throws -> (ArrowTest.Findings, ArrowTest) {
    let test = ArrowTest(dim: store.dim, context: 2, components: 64, penalty: 0.01, seed: seed) { $0 % 5 != 0 }
    func blocks(_ body: (VectorBlock) -> Void) {
      store.withBlock { all in
        for start in stride(from: 0, to: all.rows, by: rowsPerBlock) {
          body(all.rows(start..<min(start + rowsPerBlock, all.rows)))
        }
      }
    }
    blocks(test.survey)
    try test.prepare()
    blocks(test.measure)
    return (try test.finish(), test)
  }

  /// Articles as units, and runs of 64 chunks.
  @Test(arguments: [(50, 30), (4, 300)])
  func aReversibleProcessHasNoArrow(_ shape: (articles: Int, chunks: Int)) throws {
    let found = try (1...8).count { seed in
      let store = Self.store(.ar, articles: shape.articles, chunks: shape.chunks, seed: UInt64(seed))
      return try Self.findings(store).0.p <= 0.05
    }
    // One in twenty is expected; more than 2 of 8 occur once in 170 tries.
    #expect(found <= 2)
  }

  @Test(arguments: [(50, 30), (4, 300)])
  func aRotationHasAnArrow(_ shape: (articles: Int, chunks: Int)) throws {
    for seed in 1...8 {
      let store = Self.store(.rotation, articles: shape.articles, chunks: shape.chunks, seed: UInt64(seed))
      let (found, test) = try Self.findings(store)
      #expect(found.p == 0.001)
      #expect(test.isByRuns == (shape.articles < 40))
      #expect(test.units == (shape.articles < 40 ? 4 * 5 : 50))
      #expect(found.asymmetry > 2 * found.nullHigh && found.nullHigh > found.nullMean)
    }
  }

  @Test func figuresDoNotDependOnTheCut() throws {
    let store = Self.store(.rotation, articles: 45, chunks: 23, seed: 3)
    let (whole, _) = try Self.findings(store)
    for rows in [1, 7, 512] {
      let (cut, test) = try Self.findings(store, rowsPerBlock: rows)
      #expect(cut.asymmetry == whole.asymmetry && cut.p == whole.p && cut.forwardSkill == whole.forwardSkill)
      #expect(test.chunks == 45 * 23 && test.pairs == 45 * 22 && cut.windows == 9 * 21)
    }
  }

  /// An article is reversed as a whole: the same data read backwards have the same index, and the skills are swapped.
  @Test func reversalSwapsTheSkills() throws {
    let store = Self.store(.rotation, articles: 45, chunks: 23, seed: 4)
    var reversed = VectorStore(dim: store.dim)
    for article in 0..<45 {
      for chunk in 0..<23 {
        let row = article * 23 + 22 - chunk
        let key = Key(article: UInt64(article), chunk: UInt32(chunk))
        store.withBlock { reversed.append(key, $0.vector(row)) }
      }
    }
    let (forward, _) = try Self.findings(store)
    let (backward, _) = try Self.findings(reversed)
    #expect(abs(forward.asymmetry - backward.asymmetry) < 1e-9)
    #expect(abs((forward.forwardSkill ?? 0) - (backward.backwardSkill ?? 1)) < 1e-9)
    #expect(abs((forward.backwardRSquared ?? 0) - (backward.forwardRSquared ?? 1)) < 1e-9)
    #expect(forward.interval != nil)
  }

  /// A predictor of ρ·turn explains ρ² of the variance, in either direction.
  @Test func skillIsWhatTheoryGives() throws {
    let process = SyntheticProcess(kind: .rotation, dim: 6, chunks: 200, rho: 0.8, angle: 0.7, seed: 5)
    var store = VectorStore(dim: 6)
    for article in 0..<60 { process.append(article: UInt64(article), to: &store, normalizes: false) }
    let (found, _) = try Self.findings(store)
    #expect(abs((found.forwardRSquared ?? 0) - 0.64) < 0.03)
    #expect(abs((found.backwardRSquared ?? 0) - 0.64) < 0.03)
  }

  /// A gap breaks a pair: chunks numbered 0, 2, 4 … have no neighbours.
  @Test func gapsBreakPairs() throws {
    let store = Self.store(.rotation, articles: 50, chunks: 30, seed: 6)
    var sparse = VectorStore(dim: store.dim)
    store.withBlock { all in
      for row in 0..<all.rows {
        sparse.append(Key(article: all.articles[row], chunk: 2 * all.chunks[row]), all.vector(row))
      }
    }
    #expect(throws: Failure.self) { try Self.findings(sparse) }
  }

  @Test func tooLittleIsNotMeasurable() throws {
    // Three articles of 130 chunks: three runs with pairs each, of 64, 64 and 1.
    let store = Self.store(.rotation, articles: 3, chunks: 130, seed: 7)
    let failure = #expect(throws: Failure.self) { try Self.findings(store) }
    #expect(failure?.status == .badData)
    #expect(failure?.problem.contains("found 3 articles, 9 runs and 387 pairs of neighbours") == true)
    // All chunks alike vary in no direction.
    let same = Frame.random([(0, [0])], dim: 4).vector(0)
    var flat = VectorStore(dim: 4)
    for article in 0..<60 {
      for chunk in 0..<5 { flat.append(Key(article: UInt64(article), chunk: UInt32(chunk)), same) }
    }
    #expect(throws: Failure.self) { try Self.findings(flat) }
  }
}
