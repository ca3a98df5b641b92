import Failures
import TestSupport
import Testing
import Vectors

@testable import Sequences

@Suite struct WindowShuffleTests {
  /// Windows of two rows over `rows` rows of one article, all there are, with weights 1, 2, …, 5, 1, 2, ….
  private static func windows(over rows: Int, dim: Int = 3) -> Frame {
    var frame = Frame.random([(7, (0..<UInt32(rows)).map { $0 })], dim: dim)
    frame.slots = 2
    frame.indices = (0..<UInt32(rows - 1)).flatMap { [$0, $0 + 1] }
    frame.weights = (0..<rows - 1).map { Float($0 % 5 + 1) }
    return frame
  }

  /// The same windows in frames of `rowsPerFrame` new rows, each of which repeats the last row of the one before.
  private static func cut(_ whole: Frame, every rowsPerFrame: Int) -> [Frame] {
    stride(from: 0, to: whole.rows, by: rowsPerFrame).map { start in
      let first = max(0, start - 1)
      let end = min(whole.rows, start + rowsPerFrame)
      var part = whole.rows(first..<end)
      part.repeated = start - first
      part.slots = 2
      let windows = (0..<whole.windows).filter { (start..<end).contains($0 + 1) }
      part.indices = windows.flatMap { [UInt32($0 - first), UInt32($0 + 1 - first)] }
      part.weights = windows.map { whole.weights?[$0] ?? 1 }
      return part
    }
  }

  private func shuffled(_ blocks: [Frame], seed: UInt64 = 17, memory: Int = 1 << 30) throws -> [Frame] {
    let shuffle = WindowShuffle(dim: blocks.first?.dim ?? 1, slots: 2, seed: seed, memory: memory)
    for block in blocks { try block.withBlock { try shuffle.add($0) } }
    var frames: [Frame] = []
    try shuffle.finish { frames.append(Frame($0)) }
    return frames
  }

  /// Each window as its keys, its vectors and its weight.
  private struct Content: Hashable {
    var keys: [Key]
    var vectors: [[Float]]
    var weight: Float
  }

  private func contents(_ frames: [Frame]) -> [Content] {
    frames.flatMap { frame in
      (0..<frame.windows).map { window in
        let rows = frame.window(window)
        return Content(
          keys: rows.map { frame.keys[$0] }, vectors: rows.map(frame.vector), weight: frame.weights?[window] ?? 1)
      }
    }
  }

  @Test func everyWindowComesOnceWithItsRowsAndWeight() throws {
    let whole = Self.windows(over: 500)
    let found = contents(try shuffled([whole]))
    let given = contents([whole])
    #expect(found.count == 499)
    #expect(Set(found) == Set(given))
    #expect(found != given)
    #expect(contents(try shuffled([whole], seed: 18)) != found)
  }

  /// Over 24,000 seeds the 24 orders of 4 windows come alike often: chi-square with 23 degrees of freedom exceeds 62.7
  /// once in 100,000 times.
  @Test func everyOrderIsEquallyLikely() throws {
    let whole = Self.windows(over: 5, dim: 1)
    let seeds = 24_000
    var counts: [[UInt32]: Int] = [:]
    try whole.withBlock { block in
      for seed in 0..<seeds {
        let shuffle = WindowShuffle(dim: 1, slots: 2, seed: UInt64(seed), memory: 1 << 20)
        try shuffle.add(block)
        try shuffle.finish { block in
          counts[(0..<block.windows).map { block.chunks[block.row($0, 0)] }, default: 0] += 1
        }
      }
    }
    #expect(counts.count == 24)
    let expected = Double(seeds) / 24
    let chiSquare = counts.values.reduce(0.0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
    #expect(chiSquare < 62.7)
  }

  @Test(arguments: [1, 2, 3, 7, 100, 299, 300]) func cutsMakeNoDifference(_ rowsPerFrame: Int) throws {
    let whole = Self.windows(over: 300, dim: 1000)
    let cuts = Self.cut(whole, every: rowsPerFrame)
    #expect(cuts.reduce(0) { $0 + $1.windows } == whole.windows)
    let frames = try shuffled(cuts)
    #expect(frames.count > 1)
    #expect(try shuffled([whole]) == frames)
  }

  @Test(arguments: [1, 30_000, 1_000_000]) func aTemporaryFileMakesNoDifference(_ memory: Int) throws {
    let whole = Self.windows(over: 300, dim: 1000)
    let shuffle = WindowShuffle(dim: 1000, slots: 2, seed: 17, memory: memory)
    for part in Self.cut(whole, every: 20) { try part.withBlock { try shuffle.add($0) } }
    #expect(shuffle.isSpilled)
    var frames: [Frame] = []
    try shuffle.finish { frames.append(Frame($0)) }
    #expect(try shuffled([whole]) == frames)
  }

  /// Rows backwards, apart, and several times in one window.
  @Test(arguments: [1, 1 << 20]) func windowsNameRowsInAnyOrder(_ memory: Int) throws {
    var whole = Frame.random([(7, (0..<40).map { $0 }), (9, (0..<40).map { $0 })], dim: 5)
    var generator = SeededGenerator(seed: 3)
    whole.slots = 6
    whole.indices = (0..<200).flatMap { _ in
      let start = generator.index(below: 75)
      return [start, start + 1, start + 2, start, generator.index(below: 80), start + 4].map { UInt32($0) }
    }
    let shuffle = WindowShuffle(dim: 5, slots: 6, seed: 17, memory: memory)
    try whole.withBlock { try shuffle.add($0) }
    var frames: [Frame] = []
    try shuffle.finish { frames.append(Frame($0)) }
    func counted(_ contents: [Content]) -> [Content: Int] { Dictionary(contents.map { ($0, 1) }, uniquingKeysWith: +) }
    #expect(counted(contents(frames)) == counted(contents([whole])))
    #expect(frames.allSatisfy { Set($0.keys).count == $0.rows })
  }

  @Test func checksumsComeWithTheirRows() throws {
    let whole = Self.windows(over: 50)
    for memory in [1, 1 << 20] {
      let shuffle = WindowShuffle(dim: 3, slots: 2, seed: 17, memory: memory)
      let checksums = (0..<UInt32(50)).map { $0 &* 77 }
      try whole.withBlock { block in
        try checksums.withUnsafeBufferPointer { checksums in
          var block = block
          block.checksums = checksums
          try shuffle.add(block)
        }
      }
      try shuffle.finish { block in
        #expect(block.checksums.map(Array.init) == block.chunks.map { $0 &* 77 })
      }
    }
  }

  @Test func aFrameHoldsARowOnceAndAboutHalfAMebibyte() throws {
    let frames = try shuffled([Self.windows(over: 2000, dim: 500)])
    #expect(frames.count > 4)
    for frame in frames {
      #expect(Set(frame.keys).count == frame.rows)
      #expect(frame.vectors.count * 4 <= 512 << 10)
      #expect(Set(frame.indices).count == frame.rows)
    }
    for frame in frames.dropLast() { #expect(frame.vectors.count * 4 > 500 << 10) }
  }

  @Test func rowsWithoutWindowsAreLeftOutAndCounted() throws {
    var whole = Self.windows(over: 100)
    whole.indices = [3, 4, 90, 91]
    whole.weights = nil
    let shuffle = WindowShuffle(dim: 3, slots: 2, seed: 17, memory: 1 << 20)
    try whole.withBlock { try shuffle.add($0) }
    var frames: [Frame] = []
    try shuffle.finish { frames.append(Frame($0)) }
    #expect(shuffle.unusedRows == 96)
    #expect(frames.map(\.rows) == [4])
    #expect(frames.first?.weights == nil)
  }

  @Test func noWindowsGiveNoFrames() throws {
    #expect(try shuffled([Frame.random([(1, [0, 1])], dim: 1)]).isEmpty)
    #expect(try shuffled([]).isEmpty)
  }

  @Test func moreRowsThanCanBeNumberedAreRefused() throws {
    let shuffle = WindowShuffle(dim: 3, slots: 2, seed: 17, memory: 1 << 20)
    shuffle.rowLimit = 100
    try Self.windows(over: 100).withBlock { try shuffle.add($0) }
    let failure = #expect(throws: Failure.self) {
      try Self.windows(over: 2).withBlock { try shuffle.add($0) }
    }
    #expect(failure?.status == .badData)
    #expect(failure?.problem.contains("more than 100 rows") == true)
  }
}
