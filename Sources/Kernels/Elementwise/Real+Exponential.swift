internal import Glibc

/// The exponential and its two kin, eight numbers at a time and without a branch. Single precision is computed here, in
/// registers; double precision, which no tool's time depends on, by the C library.
///
/// In single precision e^x = 2^n · e^r with n the whole number next to x/ln 2, so that |r| ≤ ln 2 / 2, where e^r − 1 is a
/// polynomial of degree 6: r + r²·q(r), q interpolating at the Chebyshev nodes (relative error 1.1e-8 of e^r).
/// Against the exact value the exponential is within 2 units in the last place, the logistic function within 3, the
/// hyperbolic tangent within 4. A NaN stays one.
extension Float {
  /// e^x. Above 88.72 it is infinite, and below −86.9 zero: no denormal numbers.
  @inline(__always)
  public static func exponential(_ x: SIMD8<Float>) -> SIMD8<Float> {
    let (part, half) = exponentialParts(x)
    let result = (half + half * part) * 2
    return result.replacing(with: 0, where: x .< -86.9)
  }

  /// 1 / (1 + e^−x).
  @inline(__always)
  public static func logistic(_ x: SIMD8<Float>) -> SIMD8<Float> {
    1 / (1 + exponential(-x))
  }

  /// tanh x = m / (m + 2) with m = e^2x − 1, which keeps all its digits near 0.
  @inline(__always)
  public static func hyperbolicTangent(_ x: SIMD8<Float>) -> SIMD8<Float> {
    // From 10 on it is 1, and m would be infinite later.
    let (part, half) = exponentialParts((2 * x).replacing(with: 20, where: x .> 10))
    let m = (half * part + (half - 0.5)) * 2
    return m / (m + 2)
  }

  /// e^r − 1 and 2^(n − 1), for x between −86.9 and 89. Half of the power, because 2^128 is no single number.
  @inline(__always)
  private static func exponentialParts(_ x: SIMD8<Float>) -> (part: SIMD8<Float>, half: SIMD8<Float>) {
    let x = x.replacing(with: -86.9, where: x .< -86.9).replacing(with: 89, where: x .> 89)
    // Adding 1.5 · 2^23 rounds to a whole number and leaves it in the low bits.
    let shifted = x * 1.442695 + 12_582_912
    let n = shifted - 12_582_912
    // ln 2 in two pieces; n times the first is exact.
    let r = (x - n * 0.693359375) + n * 2.1219444e-4
    var q = SIMD8<Float>(repeating: 0.0013926928)
    q = q * r + 0.008363775
    q = q * r + 0.04166655
    q = q * r + 0.16666573
    q = q * r + 0.5
    let bits = unsafeBitCast(shifted, to: SIMD8<UInt32>.self) &+ 126
    return (r + r * r * q, unsafeBitCast(bits &<< 23, to: SIMD8<Float>.self))
  }
}

extension Double {
  /// e^x.
  @inline(__always)
  public static func exponential(_ x: SIMD8<Double>) -> SIMD8<Double> { each(x, exp) }

  /// 1 / (1 + e^−x).
  @inline(__always)
  public static func logistic(_ x: SIMD8<Double>) -> SIMD8<Double> { 1 / (1 + each(-x, exp)) }

  /// tanh x.
  @inline(__always)
  public static func hyperbolicTangent(_ x: SIMD8<Double>) -> SIMD8<Double> { each(x, tanh) }

  @inline(__always)
  private static func each(_ x: SIMD8<Double>, _ function: (Double) -> Double) -> SIMD8<Double> {
    var y = x
    for lane in 0..<8 { y[lane] = function(x[lane]) }
    return y
  }
}
