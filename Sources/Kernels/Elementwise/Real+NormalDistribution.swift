// The normal distribution, eight numbers at a time: in double precision, where gradients are checked, by the C library;
// in single precision by a polynomial, because those calls would take most of a small network's time.

extension Double {
  /// Φ(x) and φ(x), by the C library.
  @inline(__always)
  public static func normal(_ x: SIMD8<Double>) -> (cumulative: SIMD8<Double>, density: SIMD8<Double>) {
    var cumulative = x
    var density = x
    for lane in 0..<8 {
      cumulative[lane] = 0.5 * (1 + errorFunction(x[lane] * 0.5.squareRoot()))
      density[lane] = exponential(-0.5 * x[lane] * x[lane]) * 0.398_942_280_401_432_68
    }
    return (cumulative, density)
  }
}

extension Float {
  /// Φ(−|x|) = φ-shaped e^(−x²/2) · t · Q(t) / 2 with t = 1/(1 + 0.4·|x|/√2); Q fits e^(z²)·erfc(z)/t on 0 ≤ z ≤ 10 with
  /// a relative error of 7e-8.
  @inline(__always)
  public static func normal(_ x: SIMD8<Float>) -> (cumulative: SIMD8<Float>, density: SIMD8<Float>) {
    // By bits and not by a choice of lanes, which the compiler would turn into branches.
    let bits = unsafeBitCast(x, to: SIMD8<UInt32>.self)
    let magnitude = unsafeBitCast(bits & 0x7FFF_FFFF, to: SIMD8<Float>.self)
    let sign = unsafeBitCast(bits & 0x8000_0000 | 0x3F80_0000, to: SIMD8<Float>.self)
    let bell = exponential(magnitude * magnitude * -0.5)
    let t = 1 / (magnitude * 0.282_842_712 + 1)
    var fit = t * 0.041_941_803_4 - 0.143_589_13
    fit = fit * t + 0.090_559_445
    fit = fit * t + 0.080_683_572
    fit = fit * t + 0.084_602_701
    fit = fit * t + 0.191_415_136
    fit = fit * t + 0.202_369_641
    fit = fit * t + 0.226_379_133
    fit = fit * t + 0.225_637_768
    let tail = fit * t * bell * 0.5
    return ((0.5 + 0.5 * sign) - sign * tail, bell * 0.398_942_28)
  }
}
