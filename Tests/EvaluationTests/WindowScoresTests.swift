import Evaluation
import Failures
import Sequences
import TestSupport
import Testing
import Vectors

@Suite struct WindowScoresTests {
  static let articles = DirectionDiagnosisTests.articles

  /// The scores of all windows, by the key of the window's first chunk.
  static func scores(_ frames: [Frame], _ score: WindowScores.Score, _ options: SequenceOptions) throws -> [Key: Double]
  {
    var scores = try WindowScores(score, roles: options.roles)
    var found: [Key: Double] = [:]
    for frame in frames {
      frame.withBlock { block in
        scores.begin(block)
        for window in 0..<block.windows { found[block.key(block.row(window, 0))] = scores(window) }
      }
    }
    return found
  }

  static func direct(_ direct: Direct, _ start: Key, _ score: WindowScores.Score) -> Double {
    let options = direct.options
    func context(_ slot: Int) -> Key { Direct.key(start, slot) }
    let last = context(options.context - 1)
    let target = Direct.key(last, options.offset)
    let next = direct.cosine(last, target)
    switch score {
    case .signal: return next - direct.cosine(context(0), target)
    case .delta: return next - direct.cosine(last, context(options.context - 2))
    case .distinct: return next - ((0..<options.context - 1).map { direct.cosine(context($0), target) }.max() ?? .nan)
    }
  }

  @Test(arguments: WindowScores.Score.allCases, [(2, 1), (5, 1), (3, 2)])
  func scoresByTheirDefinition(_ score: WindowScores.Score, _ shape: (context: Int, offset: Int)) throws {
    let options = SequenceOptions(context: shape.context, offset: shape.offset)
    let rows = Frame.random(Self.articles, dim: 6, seed: 3)
    let direct = Direct(rows, options)
    let whole = try Self.scores(frames(rows, options), score, options)
    #expect(Set(whole.keys) == Set(direct.starts) && !whole.isEmpty)
    for (start, value) in whole { #expect(isClose(value, Self.direct(direct, start, score), 1e-12)) }
    let cut = try Self.scores(frames(rows, options, cuts: Array(1..<rows.rows)), score, options)
    #expect(cut == whole)
  }

  @Test func oneContextChunk() throws {
    let options = SequenceOptions(context: 1)
    let found = try Self.scores(frames(Frame.random(Self.articles, dim: 4), options), .signal, options)
    #expect(!found.isEmpty && found.values.allSatisfy { $0 == 0 })
    for score in [WindowScores.Score.delta, .distinct] {
      let failure = try #require(throws: Failure.self) { try WindowScores(score, roles: options.roles) }
      #expect(failure.status == .badData && failure.description.contains("expected windows of 2 or more"))
    }
  }

  @Test(arguments: [0, 0.1, 0.3, 0.5, 0.99, 1])
  func topShareIsThatOfAStableSort(_ share: Double) {
    var generator = SeededGenerator(seed: 5)
    for count in [0, 1, 2, 10, 101] {
      // Few values, so that many are equal.
      let scores = (0..<count).map { _ in Double(generator.index(below: 7)) }
      let wanted = share == 0 || count == 0 ? 0 : max(1, Int((share * Double(count)).rounded()))
      let expected = scores.indices.sorted { (-scores[$0], $0) < (-scores[$1], $1) }.prefix(wanted).sorted()
      var top = TopShare(share, of: scores)
      #expect(top.count == wanted)
      let found = scores.indices.filter { top.next(scores[$0]) }
      #expect(found == expected)
    }
  }
}
