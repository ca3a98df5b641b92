import Evaluation
import Failures
import Sequences
import TestSupport
import Testing
import Vectors

@Suite struct NarrativeDeltaTests {
  static func delta(_ frames: [Frame], _ options: SequenceOptions) throws -> NarrativeDelta {
    var delta = try NarrativeDelta(roles: options.roles, offset: options.offset)
    for frame in frames { frame.withBlock { delta.add($0, windows: $0.windows) } }
    return delta
  }

  @Test(arguments: [2, 3, 5], [(4, 1e-12), (80, 1e-5)])
  func figuresByTheirDefinition(_ context: Int, _ precision: (dim: Int, tolerance: Double)) throws {
    let options = SequenceOptions(context: context)
    let rows = Frame.random(DirectionDiagnosisTests.articles, dim: precision.dim, seed: 8)
    let direct = Direct(rows, options)
    let found = try Self.delta(frames(rows, options), options)
    let tolerance = precision.tolerance
    #expect(found.windows == direct.starts.count)
    #expect(isClose(found.mean, direct.deltas.reduce(0, +) / Double(direct.deltas.count), tolerance))
    #expect(isClose(found.meanCosineNext, direct.meanCosineNext, tolerance))
    #expect(isClose(found.meanCosinePrevious, direct.meanCosinePrevious, tolerance))
    #expect(isClose(found.telescoped, direct.telescoped, tolerance))
    let sorted = direct.deltas.sorted()
    for (quartile, fraction) in zip(found.quartiles, [0.25, 0.5, 0.75]) {
      let index = fraction * Double(sorted.count - 1)
      let (below, above) = (sorted[Int(index)], sorted[min(Int(index) + 1, sorted.count - 1)])
      #expect(isClose(quartile, below + index.truncatingRemainder(dividingBy: 1) * (above - below), tolerance))
    }
  }

  @Test func theSumTelescopesWhereArticlesHaveNoGaps() throws {
    let options = SequenceOptions(context: 4)
    let rows = Frame.random([(1, Array(0..<30)), (2, Array(5..<20))], dim: 6)
    let found = try Self.delta(frames(rows, options), options)
    #expect(isClose(found.mean, found.telescoped, 1e-12))
  }

  @Test func neitherCutNorOrderMatters() throws {
    let options = SequenceOptions(context: 3)
    let rows = Frame.random(DirectionDiagnosisTests.articles, dim: 5)
    var whole = try Self.delta(frames(rows, options), options)
    let interval = whole.interval95(seed: 9)
    func isSame(_ other: NarrativeDelta, _ tolerance: Double) -> Bool {
      var other = other
      let bounds = other.interval95(seed: 9)
      return isClose(other.mean, whole.mean, tolerance) && isClose(other.quartiles, whole.quartiles, tolerance)
        && isClose(other.telescoped, whole.telescoped, tolerance) && other.windows == whole.windows
        && isClose(bounds?.lowerBound, interval?.lowerBound, tolerance)
        && isClose(bounds?.upperBound, interval?.upperBound, tolerance)
    }
    var generator = SeededGenerator(seed: 4)
    for _ in 0..<50 {
      let cuts = (1..<rows.rows).filter { _ in generator.uniform() < 0.5 }
      #expect(isSame(try Self.delta(frames(rows, options, cuts: cuts), options), 1e-12), "cut before \(cuts)")
    }
    let shards = try DirectionDiagnosisTests.articles.map { try frames(Frame.random([$0], dim: 5), options) }
    #expect(isSame(try Self.delta(Array(shards.reversed().joined()), options), 1e-9))
  }

  /// Unit vectors in the plane, whose cosines are known: the angle from each to the next.
  private static func planar(_ steps: [Double]) -> Frame {
    var frame = Frame(dim: 2)
    var angle = 0.0
    for (chunk, step) in ([0] + steps).enumerated() {
      angle += step

      let point = SIMD2(cosine(angle), cosine(angle - .pi / 2))
      frame.append(Key(article: 1, chunk: UInt32(chunk)), [Float(point.x), Float(point.y)])
    }
    return frame
  }

  private static func cosine(_ angle: Double) -> Double {
    var term = 1.0
    var sum = 1.0
    for n in stride(from: 1.0, to: 60, by: 2) {
      term *= -angle * angle / (n * (n + 1))
      sum += term
    }
    return sum
  }

  @Test(arguments: [
    ([0.8, 0.2], "retry"), ([0.6, 0.36], "borderline"), ([0.5, 0.5], "abandon"), ([0.2, 0.8], "abandon"),
  ])
  func decisions(_ steps: [Double], _ decision: String) throws {
    let options = SequenceOptions(context: 2)
    let found = try Self.delta(frames(Self.planar(steps), options), options)
    #expect(found.windows == 1)
    #expect(isClose(found.mean, Self.cosine(steps[1]) - Self.cosine(steps[0]), 1e-6))
    #expect(found.decision.rawValue == decision)
    #expect(isClose(found.quartiles, [found.mean, found.mean, found.mean], 0))
  }

  @Test func zeroVectorsAreCounted() throws {
    let options = SequenceOptions(context: 2)
    var rows = Frame.random([(1, Array(0..<6))], dim: 3)
    for column in 0..<3 { rows.vectors[2 * 3 + column] = 0 }
    for cuts in [[], Array(1..<6)] {
      let found = try Self.delta(frames(rows, options, cuts: cuts), options)
      #expect(found.zeroVectors == 1)
      let direct = Direct(rows, options)
      #expect(isClose(found.mean, direct.deltas.reduce(0, +) / 4, 1e-12))
    }
  }

  @Test(arguments: [SequenceOptions(context: 1), SequenceOptions(context: 5, offset: 2)])
  func otherWindowsAreRejected(_ options: SequenceOptions) throws {
    let failure = try #require(throws: Failure.self) {
      try NarrativeDelta(roles: options.roles, offset: options.offset)
    }
    #expect(failure.status == .badData)
    #expect(failure.description.contains("expected"))
  }
}
