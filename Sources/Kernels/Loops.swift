/// The loops that larger kernels are made of, over runs of numbers.
enum Loops {
  /// Σᵢ a[i]·b[i], in eight running sums.
  @inline(__always)
  static func dot<Scalar: Real>(_ a: UnsafePointer<Scalar>, _ b: UnsafePointer<Scalar>, _ count: Int) -> Scalar {
    var lanes = SIMD8<Scalar>.zero
    var i = 0
    while i + 8 <= count {
      lanes += load(a + i) * load(b + i)
      i += 8
    }
    var rest: Scalar = 0
    while i < count {
      rest += a[i] * b[i]
      i += 1
    }
    return lanes.sum() + rest
  }

  /// y += scale·x.
  @inline(__always)
  static func add<Scalar: Real>(
    _ scale: Scalar, _ x: UnsafePointer<Scalar>, to y: UnsafeMutablePointer<Scalar>, _ count: Int
  ) {
    for i in 0..<count { y[i] += scale * x[i] }
  }

  @inline(__always)
  static func load<Scalar: Real>(_ x: UnsafePointer<Scalar>) -> SIMD8<Scalar> {
    UnsafeRawPointer(x).loadUnaligned(as: SIMD8<Scalar>.self)
  }

  @inline(__always)
  static func store<Scalar: Real>(_ value: SIMD8<Scalar>, to x: UnsafeMutablePointer<Scalar>) {
    UnsafeMutableRawPointer(x).storeBytes(of: value, as: SIMD8<Scalar>.self)
  }
}
