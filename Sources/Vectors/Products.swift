/// Inner products of rows, in single precision lanes that are added up in double precision: within a few units in the last place
/// of a Float of the exact value, and the same whatever lies around the rows in memory.
public enum Products {
  /// Σ aᵢ bᵢ.
  ///
  /// - Parameters:
  ///   - a, b: (dim).
  @inline(__always)
  public static func dot(_ a: UnsafeBufferPointer<Float>, _ b: UnsafeBufferPointer<Float>) -> Double {
    precondition(a.count == b.count, "vectors of one dim")
    let fast = lanes(a, b)
    // Beyond the range of Float (or where squares vanish below it) the sum is taken again in double precision.
    return fast.magnitude < 0x1p126 && (fast.magnitude > 0x1p-60 || fast == 0) ? fast : wide(a, b)
  }

  private static func lanes(_ a: UnsafeBufferPointer<Float>, _ b: UnsafeBufferPointer<Float>) -> Double {
    let left = UnsafeRawBufferPointer(a)
    let right = UnsafeRawBufferPointer(b)
    let count = a.count
    var sums = (SIMD8<Float>(), SIMD8<Float>(), SIMD8<Float>(), SIMD8<Float>())
    var index = 0
    while index &+ 32 <= count {
      let byte = index &* 4
      sums.0 += left.loadUnaligned(fromByteOffset: byte, as: SIMD8<Float>.self)
        * right.loadUnaligned(fromByteOffset: byte, as: SIMD8<Float>.self)
      sums.1 += left.loadUnaligned(fromByteOffset: byte &+ 32, as: SIMD8<Float>.self)
        * right.loadUnaligned(fromByteOffset: byte &+ 32, as: SIMD8<Float>.self)
      sums.2 += left.loadUnaligned(fromByteOffset: byte &+ 64, as: SIMD8<Float>.self)
        * right.loadUnaligned(fromByteOffset: byte &+ 64, as: SIMD8<Float>.self)
      sums.3 += left.loadUnaligned(fromByteOffset: byte &+ 96, as: SIMD8<Float>.self)
        * right.loadUnaligned(fromByteOffset: byte &+ 96, as: SIMD8<Float>.self)
      index &+= 32
    }
    var sum = 0.0
    for lane in 0..<8 {
      sum += (Double(sums.0[lane]) + Double(sums.1[lane])) + (Double(sums.2[lane]) + Double(sums.3[lane]))
    }
    while index < count {
      sum += Double(a[index]) * Double(b[index])
      index &+= 1
    }
    return sum
  }

  private static func wide(_ a: UnsafeBufferPointer<Float>, _ b: UnsafeBufferPointer<Float>) -> Double {
    var sum = 0.0
    for index in 0..<a.count { sum += Double(a[index]) * Double(b[index]) }
    return sum
  }
}

extension Products {
  /// Scales a vector to unit length; a zero vector stays as it is.
  ///
  /// - Returns: whether it had a length.
  public static func normalize(_ vector: UnsafeMutableBufferPointer<Float>) -> Bool {
    let squared = dot(UnsafeBufferPointer(vector), UnsafeBufferPointer(vector))
    guard squared > 0 else { return false }
    let scale = 1 / squared.squareRoot()
    for index in 0..<vector.count { vector[index] = Float(Double(vector[index]) * scale) }
    return true
  }
}
