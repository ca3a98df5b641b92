// Comparisons of eight numbers, written out for each kind: where the kind is a parameter, Swift compares lane by lane, even
// in code specialized for it.

extension Double {
  /// x where y is above 0, else 0.
  @inline(__always)
  public static func passed(_ x: SIMD8<Double>, where y: SIMD8<Double>) -> SIMD8<Double> {
    SIMD8(repeating: 0).replacing(with: x, where: y .> 0)
  }

  /// `factor` where the bits are at or above `threshold`, else 0.
  @inline(__always)
  public static func kept(_ bits: SIMD8<UInt16>, from threshold: UInt16, factor: Double) -> SIMD8<Double> {
    let wide = SIMD8<Int64>(truncatingIfNeeded: bits)
    let mask = (SIMD8(repeating: Int64(threshold) &- 1) &- wide) &>> SIMD8(repeating: 63)
    return unsafeBitCast(mask & SIMD8(repeating: Int64(bitPattern: factor.bitPattern)), to: SIMD8<Double>.self)
  }
}

extension Float {
  /// x where y is above 0, else 0.
  @inline(__always)
  public static func passed(_ x: SIMD8<Float>, where y: SIMD8<Float>) -> SIMD8<Float> {
    SIMD8(repeating: 0).replacing(with: x, where: y .> 0)
  }

  /// `factor` where the bits are at or above `threshold`, else 0.
  @inline(__always)
  public static func kept(_ bits: SIMD8<UInt16>, from threshold: UInt16, factor: Float) -> SIMD8<Float> {
    let wide = SIMD8<Int32>(truncatingIfNeeded: bits)
    // All ones where threshold − 1 − wide is negative: whole numbers are compared lane by lane.
    let mask = (SIMD8(repeating: Int32(threshold) &- 1) &- wide) &>> SIMD8(repeating: 31)
    return unsafeBitCast(mask & SIMD8(repeating: Int32(bitPattern: factor.bitPattern)), to: SIMD8<Float>.self)
  }
}
