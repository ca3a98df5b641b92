internal import Vectors

/// Predictions that are ranked together among the same candidates: for each prediction the number of candidates that
/// are closer to it than its target.
///
/// The product of all with all in single precision decides for every candidate whose score differs from the target's by
/// more than rounding errors can. The few others are compared through the same inner product as the target, in double
/// precision. So the count is the same whatever computes the product and however candidates are cut into tiles, and a
/// chunk equal to the target is never closer than the target.
final class RankBatch {
  let dim: Int
  let capacity: Int
  /// Predictions in the batch.
  private(set) var count = 0
  /// For each prediction the candidates that are strictly closer to it than its target.
  private(set) var closer: [Int] = []

  private let product: PairwiseProduct
  /// (capacity, dim): predictions as they were given, and scaled to unit length.
  private let predictions: UnsafeMutableBufferPointer<Float>
  private let scaled: UnsafeMutableBufferPointer<Float>
  private var inverseNorms: [Double] = []
  /// The cosine of each prediction with its target.
  private var targets: [Double] = []
  /// (tile, dim): candidates scaled to unit length.
  private let tile: UnsafeMutableBufferPointer<Float>
  /// (predictions, tile).
  private let scores: UnsafeMutableBufferPointer<Float>
  let tileRows: Int

  /// - Parameter maximum: no batch needs room for more predictions than these.
  init(dim: Int, maximum: Int = 4096, product: @escaping PairwiseProduct) {
    self.dim = dim
    self.product = product
    capacity = max(1, min(maximum, (16 << 20) / (4 * dim)))
    tileRows = max(1, min(1024, (4 << 20) / (4 * dim)))
    predictions = .allocate(capacity: capacity * dim)
    scaled = .allocate(capacity: capacity * dim)
    tile = .allocate(capacity: tileRows * dim)
    scores = .allocate(capacity: capacity * tileRows)
  }

  deinit {
    for buffer in [predictions, scaled, tile, scores] { buffer.deallocate() }
  }

  var isFull: Bool { count == capacity }

  func removeAll() {
    count = 0
    closer.removeAll(keepingCapacity: true)
    inverseNorms.removeAll(keepingCapacity: true)
    targets.removeAll(keepingCapacity: true)
  }

  /// Adds a prediction and its target, with 1 / their norms.
  func append(
    _ prediction: UnsafeBufferPointer<Float>, _ inverseNorm: Double, target: UnsafeBufferPointer<Float>,
    _ targetInverseNorm: Double
  ) {
    precondition(!isFull, "no room for another prediction")
    precondition(prediction.count == dim, "a prediction of \(prediction.count) entries, not \(dim)")
    Self.copy(prediction, times: 1, to: predictions, at: count)
    Self.copy(prediction, times: inverseNorm, to: scaled, at: count)
    inverseNorms.append(inverseNorm)
    targets.append(Similarities.cosine(prediction, inverseNorm, target, targetInverseNorm))
    closer.append(0)
    count += 1
  }

  private static func copy(
    _ vector: UnsafeBufferPointer<Float>, times scale: Double, to matrix: UnsafeMutableBufferPointer<Float>, at row: Int
  ) {
    let start = row * vector.count
    for column in 0..<vector.count { matrix[start &+ column] = Float(Double(vector[column]) * scale) }
  }

  private func prediction(_ row: Int) -> UnsafeBufferPointer<Float> {
    UnsafeBufferPointer(rebasing: predictions[row * dim..<(row + 1) * dim])
  }
}

extension RankBatch {
  /// Counts the candidates that are closer, for every prediction.
  ///
  /// - Parameters:
  ///   - vectors: (candidates, dim).
  ///   - inverseNorms: (candidates).
  func compare(_ vectors: UnsafeBufferPointer<Float>, _ inverseNorms: [Double]) {
    precondition(vectors.count == inverseNorms.count * dim, "vectors and norms of different candidates")
    guard count >= 4 else { return compareEach(vectors, inverseNorms, 0..<count, 0..<inverseNorms.count) }
    for start in stride(from: 0, to: inverseNorms.count, by: tileRows) {
      compareTile(vectors, inverseNorms, start..<min(start + tileRows, inverseNorms.count))
    }
  }

  private func candidate(_ row: Int, _ vectors: UnsafeBufferPointer<Float>) -> UnsafeBufferPointer<Float> {
    UnsafeBufferPointer(rebasing: vectors[row * dim..<(row + 1) * dim])
  }

  /// Counts by inner products in double precision.
  private func compareEach(
    _ vectors: UnsafeBufferPointer<Float>, _ inverseNorms: [Double], _ rows: Range<Int>, _ candidates: Range<Int>
  ) {
    for row in rows {
      for index in candidates where isCloser(index, vectors, inverseNorms, to: row) { closer[row] += 1 }
    }
  }

  private func isCloser(
    _ index: Int, _ vectors: UnsafeBufferPointer<Float>, _ inverseNorms: [Double], to row: Int
  ) -> Bool {
    Similarities.cosine(prediction(row), self.inverseNorms[row], candidate(index, vectors), inverseNorms[index])
      > targets[row]
  }

  private func compareTile(
    _ vectors: UnsafeBufferPointer<Float>, _ inverseNorms: [Double], _ candidates: Range<Int>
  ) {
    let width = candidates.count
    for (row, index) in candidates.enumerated() {
      Self.copy(candidate(index, vectors), times: inverseNorms[index], to: tile, at: row)
    }
    product(
      UnsafeBufferPointer(rebasing: scaled[..<(count * dim)]), UnsafeBufferPointer(rebasing: tile[..<(width * dim)]),
      dim, UnsafeMutableBufferPointer(rebasing: scores[..<(count * width)]))
    // Unit vectors whose entries are rounded to Float, and a sum of `dim` products in any order, are off by no more
    // than (dim + 3) · 2⁻²⁴ (Higham, "Accuracy and Stability of Numerical Algorithms", 2002, section 3.1).
    let error = (Double(dim) + 8) * 0x1p-24
    for row in 0..<count {
      let lower = Float(targets[row] - error).nextDown
      let upper = Float(targets[row] + error).nextUp
      let line = UnsafeBufferPointer(rebasing: scores[row * width..<(row + 1) * width])
      for start in stride(from: 0, to: width, by: Self.stretch) {
        let columns = start..<min(start + Self.stretch, width)
        let (above, notBelow) = Self.count(
          UnsafeBufferPointer(rebasing: line[columns]), above: upper, notBelow: lower)
        closer[row] += above
        guard notBelow > above else { continue }
        for column in columns where line[column] >= lower && line[column] <= upper {
          if isCloser(candidates.lowerBound + column, vectors, inverseNorms, to: row) { closer[row] += 1 }
        }
      }
    }
  }

  /// How many scores are counted together, and compared one by one where one of them is undecided.
  private static var stretch: Int { 64 }

  private static func count(
    _ line: UnsafeBufferPointer<Float>, above upper: Float, notBelow lower: Float
  ) -> (above: Int, notBelow: Int) {
    var (above, notBelow) = (SIMD8<Int32>(repeating: 0), SIMD8<Int32>(repeating: 0))
    let bytes = UnsafeRawBufferPointer(line)
    let whole = line.count / 8 * 8
    for column in stride(from: 0, to: whole, by: 8) {
      let scores = bytes.loadUnaligned(fromByteOffset: 4 &* column, as: SIMD8<Float>.self)
      // A lane of a mask that holds is −1.
      above &-= unsafeBitCast(scores .> upper, to: SIMD8<Int32>.self)
      notBelow &-= unsafeBitCast(scores .>= lower, to: SIMD8<Int32>.self)
    }
    let rest = line[whole...]
    return (
      Int(above.wrappedSum()) + rest.count { $0 > upper }, Int(notBelow.wrappedSum()) + rest.count { $0 >= lower }
    )
  }
}
