internal import CVectors

/// Inner products of rows, in single precision lanes that are added up in double precision: within a few units in the
/// last place of a Float of the exact value, and the same whatever lies around the rows in memory.
public enum InnerProducts {
  /// Σ aᵢ bᵢ.
  ///
  /// - Parameters:
  ///   - a, b: (dim).
  public static func dot(_ a: UnsafeBufferPointer<Float>, _ b: UnsafeBufferPointer<Float>) -> Double {
    precondition(a.count == b.count, "vectors of one dim")
    let fast = lanes(a, b)
    // Beyond the range of Float (or where squares vanish below it) the sum is taken again in double precision.
    return fast.magnitude < 0x1p126 && fast.magnitude > 0x1p-60 ? fast : wide(a, b)
  }

  private static func lanes(_ a: UnsafeBufferPointer<Float>, _ b: UnsafeBufferPointer<Float>) -> Double {
    guard let left = a.baseAddress, let right = b.baseAddress else { return 0 }
    var sum = nextvec_dot(left, right, a.count)
    for index in (a.count & ~7)..<a.count { sum += Double(a[index]) * Double(b[index]) }
    return sum
  }

  private static func wide(_ a: UnsafeBufferPointer<Float>, _ b: UnsafeBufferPointer<Float>) -> Double {
    var sum = 0.0
    for index in 0..<a.count { sum += Double(a[index]) * Double(b[index]) }
    return sum
  }
}

extension InnerProducts {
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
