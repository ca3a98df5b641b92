// Functions of eight numbers at once: in single precision by polynomials, because the calls of the C library would
// take most of a small network's time; in double precision, where gradients are checked, by those calls.

extension Double {
  @inline(__always)
  public static func exponential(_ x: SIMD8<Double>) -> SIMD8<Double> {
    var y = x
    for lane in 0..<8 { y[lane] = exponential(x[lane]) }
    return y
  }

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
  /// Within 2 units in the last place between −87 and 88; below it 0 or nearly so, above it the largest that fits.
  @inline(__always)
  public static func exponential(_ x: SIMD8<Float>) -> SIMD8<Float> {
    let bounded = x.replacing(with: -87.3, where: x .< -87.3).replacing(with: 88.3, where: x .> 88.3)
    // Adding 1.5·2²³ rounds to a whole number, which then stands in the low bits.
    let shifted = bounded * 1.442_695_04 + 12_582_912
    let whole = shifted - 12_582_912
    // ln 2 in two parts, the first short enough that its product is exact.
    let rest = bounded - whole * 0.693_359_375 + whole * 2.121_944_4e-4
    // Taylor's series of (eʳ − 1 − r)/r² on |r| ≤ 0.35, its last coefficients adjusted (Cephes, expf).
    var series = rest * 1.987_569_1e-4 + 1.398_199_9e-3
    series = series * rest + 8.333_452e-3
    series = series * rest + 4.166_579_6e-2
    series = series * rest + 0.166_666_65
    series = series * rest + 0.5
    let power = series * (rest * rest) + rest + 1
    let exponent = unsafeBitCast(shifted, to: SIMD8<Int32>.self) &<< 23
    let scaled = unsafeBitCast(power, to: SIMD8<Int32>.self) &+ exponent
    return unsafeBitCast(scaled, to: SIMD8<Float>.self).replacing(with: x, where: x .!= x)
  }

  /// Φ(−|x|) = φ-shaped e^(−x²/2) · t · Q(t) / 2 with t = 1/(1 + 0.4·|x|/√2); Q fits e^(z²)·erfc(z)/t on 0 ≤ z ≤ 10 with
  /// a relative error of 7e-8.
  @inline(__always)
  public static func normal(_ x: SIMD8<Float>) -> (cumulative: SIMD8<Float>, density: SIMD8<Float>) {
    let isNegative = x .< 0
    let magnitude = x.replacing(with: -x, where: isNegative)
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
    return ((1 - tail).replacing(with: tail, where: isNegative), bell * 0.398_942_28)
  }
}
