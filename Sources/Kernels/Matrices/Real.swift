internal import CBLAS
internal import Glibc

/// A kind of number that kernels compute with: `Float` in every tool; `Double` where a gradient is held against
/// differences, in which single precision would drown a real mistake.
public protocol Real: BinaryFloatingPoint, Codable, SIMDScalar, Sendable {
  /// c = scale·op(a)·op(b) + keep·c on one thread, row-major; op is the transposition where it is asked for.
  /// c is (rows, columns), and `inner` the length of each sum. Strides are distances between rows, in entries.
  static func multiply(
    rows: Int, columns: Int, inner: Int, scale: Self, _ a: UnsafePointer<Self>, _ aStride: Int, aTransposed: Bool,
    _ b: UnsafePointer<Self>, _ bStride: Int, bTransposed: Bool, keep: Self, _ c: UnsafeMutablePointer<Self>,
    _ cStride: Int)
  static func exponential(_ x: Self) -> Self
  static func logarithm(_ x: Self) -> Self
  static func hyperbolicTangent(_ x: Self) -> Self
  /// erf(x).
  static func errorFunction(_ x: Self) -> Self
  /// Σ xᵢ², in double precision or nearly so.
  static func squaredLength(_ x: UnsafePointer<Self>, _ count: Int) -> Double
  // Eight at a time: Exponential.swift.
  static func exponential(_ x: SIMD8<Self>) -> SIMD8<Self>
  /// 1 / (1 + e^−x).
  static func logistic(_ x: SIMD8<Self>) -> SIMD8<Self>
  static func hyperbolicTangent(_ x: SIMD8<Self>) -> SIMD8<Self>
  /// The standard normal distribution at x: its cumulative probability Φ(x) and its density φ(x).
  static func normal(_ x: SIMD8<Self>) -> (cumulative: SIMD8<Self>, density: SIMD8<Self>)
  /// √x of eight numbers at once.
  static func squareRoots(_ x: SIMD8<Self>) -> SIMD8<Self>
  // Comparisons stand here because Swift compares lane by lane where the kind of number is a parameter, even in code
  // specialized for it.
  /// x where y is above 0, else 0.
  static func passed(_ x: SIMD8<Self>, where y: SIMD8<Self>) -> SIMD8<Self>
  /// `factor` where the bits are at or above `threshold`, else 0.
  static func kept(_ bits: SIMD8<UInt16>, from threshold: UInt16, factor: Self) -> SIMD8<Self>
}

extension Float: Real {
  @inline(__always)
  public static func multiply(
    rows: Int, columns: Int, inner: Int, scale: Float, _ a: UnsafePointer<Float>, _ aStride: Int, aTransposed: Bool,
    _ b: UnsafePointer<Float>, _ bStride: Int, bTransposed: Bool, keep: Float, _ c: UnsafeMutablePointer<Float>,
    _ cStride: Int
  ) {
    cblas_sgemm(
      CblasRowMajor, aTransposed ? CblasTrans : CblasNoTrans, bTransposed ? CblasTrans : CblasNoTrans, Int32(rows),
      Int32(columns), Int32(inner), scale, a, Int32(aStride), b, Int32(bStride), keep, c, Int32(cStride))
  }
  @inline(__always) public static func exponential(_ x: Float) -> Float { expf(x) }
  @inline(__always) public static func logarithm(_ x: Float) -> Float { logf(x) }
  @inline(__always) public static func hyperbolicTangent(_ x: Float) -> Float { tanhf(x) }
  @inline(__always) public static func errorFunction(_ x: Float) -> Float { erff(x) }
}

extension Double: Real {
  @inline(__always)
  public static func multiply(
    rows: Int, columns: Int, inner: Int, scale: Double, _ a: UnsafePointer<Double>, _ aStride: Int, aTransposed: Bool,
    _ b: UnsafePointer<Double>, _ bStride: Int, bTransposed: Bool, keep: Double, _ c: UnsafeMutablePointer<Double>,
    _ cStride: Int
  ) {
    cblas_dgemm(
      CblasRowMajor, aTransposed ? CblasTrans : CblasNoTrans, bTransposed ? CblasTrans : CblasNoTrans, Int32(rows),
      Int32(columns), Int32(inner), scale, a, Int32(aStride), b, Int32(bStride), keep, c, Int32(cStride))
  }
  @inline(__always) public static func exponential(_ x: Double) -> Double { exp(x) }
  @inline(__always) public static func logarithm(_ x: Double) -> Double { log(x) }
  @inline(__always) public static func hyperbolicTangent(_ x: Double) -> Double { tanh(x) }
  @inline(__always) public static func errorFunction(_ x: Double) -> Double { erf(x) }
}
