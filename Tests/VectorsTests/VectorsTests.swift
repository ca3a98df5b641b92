import Testing
import Vectors

@Suite struct VectorsTests {
  /// The first outputs of splitmix64 from 0, as published with the generator; and xoshiro256** from seed 17, computed by a
  /// program of its own in Python.
  @Test func generatorsGiveTheirPublishedNumbers() {
    #expect(mixed(0) == 0xE220_A839_7B1D_CDAF && mixed(0x9E37_79B9_7F4A_7C15) == 0x6E78_9E6A_A1B9_65F4)
    var generator = SeededGenerator(seed: 17)
    #expect(
      (0..<4).map { _ in generator.next() } == [
        0xA8722CE678E6E2CA, 0xB0C58DEFA535F501, 0xF057B25FFB0BF1B9, 0xF7ABA65F754FDE47,
      ])
  }

  @Test func drawsAreUniformAndStreamsDiffer() {
    var counts = [Int](repeating: 0, count: 7)
    var generator = SeededGenerator(seed: 1, stream: 2)
    for _ in 0..<70_000 { counts[generator.index(below: 7)] += 1 }
    // Each count has a standard deviation of 93.
    #expect(counts.allSatisfy { abs($0 - 10_000) < 500 })
    var (one, other) = (SeededGenerator(seed: 1, stream: 2), SeededGenerator(seed: 1, stream: 3))
    #expect(one.next() != other.next())
    var normal = SeededGenerator(seed: 9)
    let draws = (0..<40_000).map { _ in normal.gaussian() }
    let mean = draws.reduce(0, +) / 40_000
    #expect(abs(mean) < 0.03 && abs(draws.reduce(0) { $0 + $1 * $1 } / 40_000 - 1) < 0.04)
  }

  @Test func rolesAreContextTargetAndOthersOnce() {
    let roles = Roles(context: 5, previous: true, negatives: 2, futures: 1)
    #expect(roles.slots == 10 && roles.target == 5 && roles.slots(of: "negative").count == 2)
    #expect(roles.slots(of: "future").count == 1 && roles.slots(of: "absent").isEmpty)
    #expect(Roles(roles.list) == roles)
    for list in [
      [], [("target", 1)], [("context", 2)], [("context", 0), ("target", 1)], [("context", 2), ("target", 2)],
      [("target", 1), ("context", 2)], [("context", 1), ("target", 1), ("future", 1), ("future", 1)],
    ] {
      #expect(Roles(list.map { Roles.Role($0.0, $0.1) }) == nil, "\(list)")
    }
  }

  @Test func aStoreKeepsRowsAndScalesThem() {
    var store = VectorStore(dim: 2)
    store.append(Key(article: 1, chunk: 4), [3, 4])
    store.append(Key(article: 1, chunk: 5), [0, 0])
    store.append(Key(article: 2, chunk: 0), [0, -2])
    #expect(store.normalize() == 1)
    #expect(store.vectors == [0.6, 0.8, 0, 0, 0, -1])
    store.withBlock { block in
      #expect(block.rows == 3 && block.windows == 0 && block.key(2) == Key(article: 2, chunk: 0))
      let part = block.rows(1..<3)
      #expect(part.rows == 2 && Array(part.vector(1)) == [0, -1] && part.key(0).chunk == 5)
    }
    store.removeFirst(2)
    #expect(store.rows == 1 && store.key(0).article == 2 && store.vectors == [0, -1])
    store.removeAll()
    #expect(store.rows == 0)
  }

  @Test func keysAscendByArticleThenChunkThenStep() {
    let keys = [(1, 2, 0), (1, 2, 1), (1, 3, 0), (2, 0, 0), (UInt64.max, 0, 0)].map { article, chunk, step in
      Key(article: article, chunk: UInt32(chunk), step: UInt32(step))
    }
    #expect(keys.reversed().sorted() == keys)
  }
}
