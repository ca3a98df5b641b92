public import Vectors

/// Cosines between the rows of a block, each computed once, although neighbouring windows need the same pairs.
///
/// A zero vector has cosine 0 with everything.
public struct Similarities {
  private var block: VectorBlock?
  /// 1 / norm of each row, 0 for a zero vector, NaN before it is computed.
  private var inverseNorms: [Double] = []
  /// (rows, `lags`): the cosine of row r with row r + 1 + lag, NaN before it is computed.
  private var near: [Double] = []
  private let lags: Int

  /// Starts without a block.
  ///
  /// - Parameter lags: the largest distance of two rows whose cosine is kept; taken as 1 to 32. Others are computed
  ///   each time.
  public init(lags: Int) {
    self.lags = min(max(lags, 1), 32)
  }

  /// Turns to another block, which must stay valid as long as its cosines are asked for.
  public mutating func begin(_ block: VectorBlock) {
    self.block = block
    inverseNorms.removeAll(keepingCapacity: true)
    inverseNorms.append(contentsOf: repeatElement(.nan, count: block.rows))
    near.removeAll(keepingCapacity: true)
    near.append(contentsOf: repeatElement(.nan, count: block.rows * lags))
  }

  /// The cosine of two rows of the block.
  @inline(__always)
  public mutating func cosine(_ a: Int, _ b: Int) -> Double {
    let (low, high) = a < b ? (a, b) : (b, a)
    let lag = high - low - 1
    guard lag >= 0, lag < lags else { return compute(low, high) }
    let known = near[low * lags + lag]
    if known == known { return known }
    let cosine = compute(low, high)
    near[low * lags + lag] = cosine
    return cosine
  }

  /// Whether a row of the block has norm 0.
  public mutating func isZero(_ row: Int) -> Bool { inverseNorm(row) == 0 }

  /// 1 / norm of a row, 0 for a zero vector.
  public mutating func inverseNorm(_ row: Int) -> Double {
    let known = inverseNorms[row]
    if known == known { return known }
    guard let block else { return 0 }
    let inverse = Self.inverseNorm(block.vector(row))
    inverseNorms[row] = inverse
    return inverse
  }

  private mutating func compute(_ a: Int, _ b: Int) -> Double {
    guard let block else { return 0 }
    let scale = inverseNorm(a) * inverseNorm(b)
    return scale == 0 ? 0 : InnerProducts.dot(block.vector(a), block.vector(b)) * scale
  }

  /// 1 / norm of a vector, 0 for a zero vector.
  public static func inverseNorm(_ vector: UnsafeBufferPointer<Float>) -> Double {
    let squared = InnerProducts.dot(vector, vector)
    return squared > 0 ? 1 / squared.squareRoot() : 0
  }

  /// The cosine of two vectors of one dim, in double precision.
  public static func cosine(_ a: UnsafeBufferPointer<Float>, _ b: UnsafeBufferPointer<Float>) -> Double {
    cosine(a, inverseNorm(a), b, inverseNorm(b))
  }

  /// The cosine of two vectors of one dim, whose 1 / norm is known.
  @inline(__always)
  static func cosine(
    _ a: UnsafeBufferPointer<Float>, _ inverseA: Double, _ b: UnsafeBufferPointer<Float>, _ inverseB: Double
  ) -> Double {
    let scale = inverseA * inverseB
    return scale == 0 ? 0 : InnerProducts.dot(a, b) * scale
  }
}
