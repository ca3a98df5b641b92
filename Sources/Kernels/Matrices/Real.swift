internal import CBLAS
internal import Glibc

/// A kind of number that kernels compute with: `Float` in every tool; `Double` where a gradient is checked against
/// differences, in which single precision would drown a real mistake.
public protocol Real: BinaryFloatingPoint, Codable, SIMDScalar, Sendable {
  /// c = scale·op(a)·op(b) + keep·c on one thread, row-major; op is the transposition where it is asked for.
  ///
  /// - Parameter stride: the distance between rows of c, in entries.
  static func multiply(
    _ shape: ProductShape, scale: Self, _ a: ProductOperand<Self>, _ b: ProductOperand<Self>, keep: Self,
    into c: UnsafeMutablePointer<Self>, stride: Int)
  /// e^x.
  static func exponential(_ x: Self) -> Self
  /// ln x.
  static func logarithm(_ x: Self) -> Self
  /// tanh x.
  static func hyperbolicTangent(_ x: Self) -> Self
  /// erf(x).
  static func errorFunction(_ x: Self) -> Self
  /// Σ xᵢ², in double precision or nearly so.
  static func squaredLength(_ x: UnsafePointer<Self>, _ count: Int) -> Double
  // Eight at a time: Elementwise/Real+Exponential.swift.
  /// e^x.
  static func exponential(_ x: SIMD8<Self>) -> SIMD8<Self>
  /// 1 / (1 + e^−x).
  static func logistic(_ x: SIMD8<Self>) -> SIMD8<Self>
  /// tanh x.
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
  /// `cblas_sgemm`.
  @inline(__always)
  public static func multiply(
    _ shape: ProductShape, scale: Float, _ a: ProductOperand<Float>, _ b: ProductOperand<Float>, keep: Float,
    into c: UnsafeMutablePointer<Float>, stride: Int
  ) {
    cblas_sgemm(
      CblasRowMajor, a.isTransposed ? CblasTrans : CblasNoTrans, b.isTransposed ? CblasTrans : CblasNoTrans,
      Int32(shape.rows), Int32(shape.columns), Int32(shape.inner), scale, a.start, Int32(a.stride), b.start,
      Int32(b.stride), keep, c, Int32(stride))
  }
  /// e^x, by the C library.
  @inline(__always) public static func exponential(_ x: Float) -> Float { expf(x) }
  /// ln x, by the C library.
  @inline(__always) public static func logarithm(_ x: Float) -> Float { logf(x) }
  /// tanh x, by the C library.
  @inline(__always) public static func hyperbolicTangent(_ x: Float) -> Float { tanhf(x) }
  /// erf(x), by the C library.
  @inline(__always) public static func errorFunction(_ x: Float) -> Float { erff(x) }
}

extension Double: Real {
  /// `cblas_dgemm`.
  @inline(__always)
  public static func multiply(
    _ shape: ProductShape, scale: Double, _ a: ProductOperand<Double>, _ b: ProductOperand<Double>, keep: Double,
    into c: UnsafeMutablePointer<Double>, stride: Int
  ) {
    cblas_dgemm(
      CblasRowMajor, a.isTransposed ? CblasTrans : CblasNoTrans, b.isTransposed ? CblasTrans : CblasNoTrans,
      Int32(shape.rows), Int32(shape.columns), Int32(shape.inner), scale, a.start, Int32(a.stride), b.start,
      Int32(b.stride), keep, c, Int32(stride))
  }
  /// e^x, by the C library.
  @inline(__always) public static func exponential(_ x: Double) -> Double { exp(x) }
  /// ln x, by the C library.
  @inline(__always) public static func logarithm(_ x: Double) -> Double { log(x) }
  /// tanh x, by the C library.
  @inline(__always) public static func hyperbolicTangent(_ x: Double) -> Double { tanh(x) }
  /// erf(x), by the C library.
  @inline(__always) public static func errorFunction(_ x: Double) -> Double { erf(x) }
}
