import Kernels
import Learning
import Testing

@Suite struct LossEdgeTests {
  @Test(arguments: terms)
  func vectorsWithoutLengthHaveCosineZeroAndNoGradient(_ reference: ReferenceTerm) throws {
    let term = reference.term
    let sample = try Sample<Float>()
    sample.batch.output.rows(1..<2).fill(0)
    sample.batch.target.rows(2..<3).fill(0)
    sample.batch.previous.rows(3..<4).fill(0)
    sample.batch.contexts.fill(0)
    let gradient = sample.gradient(of: term)
    #expect(gradient.allSatisfy { $0.isFinite } && sample.losses.value(of: term).isFinite)
    #expect(sample.losses.cosine(.next, window: 1) == 0 && sample.losses.cosine(.next, window: 2) == 0)
    #expect(sample.losses.statistics.centroid == 0 && sample.losses.statistics.last == 0)
    if !["mse", "moment", "variance"].contains(reference.name) { #expect(gradient[7..<14].allSatisfy { $0 == 0 }) }
  }

  @Test(arguments: terms)
  func oneWindowOrNone(_ reference: ReferenceTerm) throws {
    let term = reference.term
    let sample = try Sample<Float>()
    let whole = sample.batch
    let one = LossBatch(
      output: whole.output.first(1), target: whole.target.first(1), previous: whole.previous.first(1),
      contexts: whole.contexts.first(4), negatives: whole.negatives?.first(2), futures: whole.futures?.first(2))
    sample.losses.load(one)
    #expect(sample.losses.addGradient(of: term, weight: 1).isFinite)
    sample.losses.finishGradient(into: sample.gradient.first(1))
    #expect(sample.gradient.entries.allSatisfy { $0.isFinite })
    sample.losses.load(
      LossBatch(
        output: whole.output.first(0), target: whole.target.first(0), previous: whole.previous.first(0),
        contexts: whole.contexts.first(0)))
    #expect(sample.losses.addGradient(of: term, weight: 1) == 0)
    #expect(sample.losses.statistics == LossStatistics())
  }

  @Test func rankingsDoNotOverflow() throws {
    let sample = try Sample<Double>()
    let cold: [any LossTerm] = [
      InfoNCE(temperature: 1e-4), SymmetricInfoNCE(temperature: 1e-4), Listwise(temperature: 1e-4, others: 30),
    ]
    for term in cold {
      #expect(sample.losses.value(of: term).isFinite)
      #expect(sample.gradient(of: term).allSatisfy { $0.isFinite })
    }
    // Two windows of opposite directions: the loss follows by hand.
    let arena = Arena<Double>()
    let vectors = arena.matrix(rows: 2, columns: 2)
    vectors[0, 0] = 2
    vectors[1, 0] = -3
    let losses = Losses<Double>(capacity: 2, dim: 2, contexts: 1)
    losses.load(LossBatch(output: vectors, target: vectors, previous: vectors, contexts: vectors))
    let expected = 2 * Double.logarithm(1 + Double.exponential(-2))
    #expect(abs(losses.value(of: SymmetricInfoNCE(temperature: 1)) - expected) < 1e-12)
    #expect(abs(losses.value(of: Listwise(temperature: 1, others: 0)) - Double.logarithm(2)) < 1e-12)
  }

  @Test func statistics() throws {
    let sample = try Sample<Double>()
    let batch = sample.batch
    func cosine(_ x: Matrix<Double>, _ i: Int, _ y: Matrix<Double>, _ j: Int) -> Double {
      func product(_ x: Matrix<Double>, _ i: Int, _ y: Matrix<Double>, _ j: Int) -> Double {
        (0..<7).reduce(0) { $0 + x[i, $1] * y[j, $1] }
      }
      return product(x, i, y, j) / (product(x, i, x, i) * product(y, j, y, j)).squareRoot()
    }
    let centroids = sample.arena.matrix(rows: 5, columns: 7)
    for window in 0..<5 {
      for slot in 0..<4 { for j in 0..<7 { centroids[window, j] += batch.contexts[slot * 5 + window, j] / 4 } }
    }
    var expected = (next: 0.0, previous: 0.0, last: 0.0, centroid: 0.0, unitMSE: 0.0)
    for window in 0..<5 {
      expected.next += cosine(batch.output, window, batch.target, window) / 5
      expected.previous += cosine(batch.output, window, batch.previous, window) / 5
      expected.last += cosine(batch.output, window, batch.contexts, 15 + window) / 5
      expected.centroid += cosine(batch.output, window, centroids, window) / 5
      let length = (0..<7).reduce(0) { $0 + batch.output[window, $1] * batch.output[window, $1] }.squareRoot()
      for j in 0..<7 {
        let difference = batch.output[window, j] / length - batch.target[window, j]
        expected.unitMSE += difference * difference / 35
      }
      let lastToNext = cosine(batch.contexts, 15 + window, batch.target, window)
      #expect(abs(sample.losses.cosineOfLastAndNext(window: window) - lastToNext) < 1e-12)
      let negatives = try #require(batch.negatives)
      let negative = cosine(batch.output, window, negatives, 5 + window)
      #expect(abs(sample.losses.cosine(.negative(1), window: window) - negative) < 1e-12)
    }
    let found = sample.losses.statistics
    #expect(abs(found.next - expected.next) < 1e-12 && abs(found.previous - expected.previous) < 1e-12)
    #expect(abs(found.last - expected.last) < 1e-12 && abs(found.centroid - expected.centroid) < 1e-12)
    #expect(abs(found.unitMSE - expected.unitMSE) < 1e-12 && found.margin == found.next - found.previous)
  }

  /// Cosines of vectors do not depend on their lengths, but for that of 0.
  @Test(arguments: [1e-30, 1e-9, 1, 1e20, 1e36] as [Float]) func cosinesHaveNoBoundOnLengths(scale: Float) {
    let arena = Arena<Float>()
    let losses = Losses<Float>(capacity: 3, dim: 2, contexts: 1)
    let (output, target) = (arena.matrix(rows: 3, columns: 2), arena.matrix(rows: 3, columns: 2))
    let pairs: [([Float], [Float])] = [([3, 4], [4, 3]), ([1, 0], [0, 0]), ([5, 0], [1, 0])]
    for (row, (p, n)) in pairs.enumerated() {
      for column in 0..<2 { (output[row, column], target[row, column]) = (scale * p[column], scale * n[column]) }
    }
    losses.load(LossBatch(output: output, target: target, previous: target, contexts: target))
    for (window, cosine) in [0.96, 0, 1].enumerated() {
      #expect(abs(losses.cosine(.next, window: window) - cosine) < 1e-6)
    }
    #expect(abs(losses.statistics.next - 1.96 / 3) < 1e-6)
    let gradient = arena.matrix(rows: 3, columns: 2)
    losses.addGradient(of: PositiveFloor(threshold: 1), weight: 1)
    losses.finishGradient(into: gradient)
    #expect(gradient.entries.allSatisfy { $0.isFinite })
  }

  /// A batch large enough that the work is shared.
  private func large(threads: Int) -> [Float] {
    try? Workers.use(threads: threads)
    defer { try? Workers.use(threads: 1) }
    let arena = Arena<Float>()
    let (windows, dim) = (97, 384)
    func matrix(_ rows: Int, _ seed: Int) -> Matrix<Float> {
      let matrix = arena.matrix(rows: rows, columns: dim)
      for index in matrix.entries.indices {
        matrix.entries[index] = Float((index * 7919 + seed * 104729) % 1009) - 504.3
      }
      return matrix
    }
    let losses = Losses<Float>(capacity: windows, dim: dim, contexts: 3, negatives: 2, futures: 2)
    losses.load(
      LossBatch(
        output: matrix(windows, 1), target: matrix(windows, 2), previous: matrix(windows, 3),
        contexts: matrix(3 * windows, 4), negatives: matrix(2 * windows, 5), futures: matrix(2 * windows, 6)))
    let values = terms.map { Float(losses.addGradient(of: $0.term, weight: 0.3)) }
    let gradient = arena.matrix(rows: windows, columns: dim)
    losses.finishGradient(into: gradient)
    return values + Array(gradient.entries)
  }

  /// Another number of threads may round differently: OpenBLAS's kernels for AVX2 sum in another order where the threads'
  /// shares have other shapes (its kernels for AVX-512 do not). So may the same number here, where tests that run side
  /// by side share the threads; 12-same-bytes.sh holds the tools to the same bytes.
  @Test func threadsChangeRoundingAlone() {
    let one = large(threads: 1)
    #expect(one.allSatisfy { $0.isFinite } && Set(one).count > 1000)
    for threads in [1, 2, 3] {
      let found = large(threads: threads)
      #expect(zip(found, one).allSatisfy { abs($0 - $1) <= 1e-4 * max(1, abs($1)) }, "\(threads) threads")
    }
  }
}
