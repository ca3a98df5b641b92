internal import CVectors

extension Float {
  /// √x of eight numbers at once.
  @inline(__always)
  public static func squareRoots(_ x: SIMD8<Float>) -> SIMD8<Float> {
    SIMD8(lowHalf: nextvec_square_roots(x.lowHalf), highHalf: nextvec_square_roots(x.highHalf))
  }
}

extension Double {
  /// √x of eight numbers at once.
  @inline(__always)
  public static func squareRoots(_ x: SIMD8<Double>) -> SIMD8<Double> { x.squareRoot() }
}
