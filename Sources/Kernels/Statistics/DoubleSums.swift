internal import Vectors

/// Sums over entries in double precision, in an order that follows from the count alone: eight running sums, which are
/// added pairwise at the end.
enum DoubleSums {
  /// Σ aᵢ bᵢ.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  static func products<Scalar: Real>(
    _ a: UnsafePointer<Scalar>, _ b: UnsafePointer<Scalar>, _ count: Int
  ) -> Double {
    var sums = SIMD8<Double>()
    let whole = count & ~7
    var i = 0
    while i < whole {
      sums += eight(a + i) * eight(b + i)
      i += 8
    }
    var total = added(sums)
    for i in whole..<count { total += Double(a[i]) * Double(b[i]) }
    return total
  }

  /// Σ (aᵢ − bᵢ)².
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  static func squaredDifferences<Scalar: Real>(
    _ a: UnsafePointer<Scalar>, _ b: UnsafePointer<Scalar>, _ count: Int
  ) -> Double {
    var sums = SIMD8<Double>()
    let whole = count & ~7
    var i = 0
    while i < whole {
      let difference = eight(a + i) - eight(b + i)
      sums += difference * difference
      i += 8
    }
    var total = added(sums)
    for i in whole..<count {
      let difference = Double(a[i]) - Double(b[i])
      total += difference * difference
    }
    return total
  }

  @inline(__always)
  private static func eight<Scalar: Real>(_ x: UnsafePointer<Scalar>) -> SIMD8<Double> {
    SIMD8(
      Double(x[0]), Double(x[1]), Double(x[2]), Double(x[3]), Double(x[4]), Double(x[5]), Double(x[6]), Double(x[7]))
  }

  @inline(__always)
  private static func added(_ sums: SIMD8<Double>) -> Double {
    let four = sums.lowHalf + sums.highHalf
    let two = four.lowHalf + four.highHalf
    return two[0] + two[1]
  }
}

extension Float {
  /// Runs of 4096 entries in 64 single-precision lanes, added up in double precision: as fast as memory, which eight double
  /// lanes are not, and within 1e-6 of the exact sum.
  public static func squaredLength(_ x: UnsafePointer<Float>, _ count: Int) -> Double {
    let run = 4096
    var total = 0.0
    for start in stride(from: 0, to: count, by: run) {
      let part = UnsafeBufferPointer(start: x + start, count: min(run, count - start))
      total += InnerProducts.dot(part, part)
    }
    return total
  }
}

extension Double {
  /// Σ xᵢ².
  public static func squaredLength(_ x: UnsafePointer<Double>, _ count: Int) -> Double {
    DoubleSums.products(x, x, count)
  }
}
