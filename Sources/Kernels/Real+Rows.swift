internal import CShims

// Some rows of one width against one: the inner loops of attention over a shared memory.
extension Float {
  @inline(__always)
  public static func addProducts(
    of x: UnsafePointer<Float>, _ a: UnsafePointer<Float>, _ width: Int, rows: Int, to y: UnsafeMutablePointer<Float>,
    step: Int
  ) {
    nextvec_add_products(x, a, width, rows, y, step)
  }

  @inline(__always)
  public static func addSum(
    of a: UnsafePointer<Float>, _ width: Int, rows: Int, times f: UnsafePointer<Float>, step: Int,
    to y: UnsafeMutablePointer<Float>
  ) {
    nextvec_add_sum(a, width, rows, f, step, y)
  }
}

extension Double {
  public static func addProducts(
    of x: UnsafePointer<Double>, _ a: UnsafePointer<Double>, _ width: Int, rows: Int,
    to y: UnsafeMutablePointer<Double>, step: Int
  ) {
    for row in 0..<rows { y[row * step] += Lanes.dot(x, a + row * width, width) }
  }

  public static func addSum(
    of a: UnsafePointer<Double>, _ width: Int, rows: Int, times f: UnsafePointer<Double>, step: Int,
    to y: UnsafeMutablePointer<Double>
  ) {
    for row in 0..<rows { Lanes.add(f[row * step], a + row * width, to: y, width) }
  }
}
