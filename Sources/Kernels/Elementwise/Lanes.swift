/// Loops over a row's entries, eight at a time; the last few go through lanes filled up with zeros.
///
/// Everything is inlined into its caller, which is specialized for the kind of number.
enum Lanes<Scalar: Real> {
  typealias Eight = SIMD8<Scalar>
  typealias Source = UnsafePointer<Scalar>
  typealias Target = UnsafeMutablePointer<Scalar>

  @inline(__always)
  static func load(_ source: Source) -> Eight {
    UnsafeRawPointer(source).loadUnaligned(as: Eight.self)
  }

  @inline(__always)
  static func store(_ value: Eight, _ target: Target) {
    UnsafeMutableRawPointer(target).storeBytes(of: value, as: Eight.self)
  }

  /// The first `count` entries, then zeros.
  @inline(__always)
  static func load(_ source: Source, _ count: Int) -> Eight {
    count >= 8 ? load(source) : loadLast(source, count)
  }

  /// The first `count` lanes.
  @inline(__always)
  static func store(_ value: Eight, _ target: Target, _ count: Int) {
    if count >= 8 { store(value, target) } else { storeLast(value, target, count) }
  }

  // Not inlined: the compiler would otherwise compute lanes one by one as the last entries of a row ask for them, and the
  // whole loop at a third of its speed.

  @inline(never)
  private static func loadLast(_ source: Source, _ count: Int) -> Eight {
    var value = Eight(repeating: 0)
    for lane in 0..<count { value[lane] = source[lane] }
    return value
  }

  @inline(never)
  private static func storeLast(_ value: Eight, _ target: Target, _ count: Int) {
    for lane in 0..<count { target[lane] = value[lane] }
  }

  /// Calls `body` with the place of every group of eight and the number of entries from there on.
  @inline(__always)
  static func each(_ count: Int, _ body: (_ place: Int, _ left: Int) -> Void) {
    var place = 0
    // One call, so that the body is inlined.
    while place < count {
      body(place, min(8, count &- place))
      place &+= 8
    }
  }

  /// The sum of the lanes, in a fixed order.
  @inline(__always)
  static func sum(_ value: Eight) -> Scalar {
    let four = value.lowHalf + value.highHalf
    let two = four.lowHalf + four.highHalf
    return two[0] + two[1]
  }

  /// Σ a[i]·b[i].
  @inline(__always)
  static func dot(_ a: Source, _ b: Source, _ count: Int) -> Scalar {
    var total = Eight(repeating: 0)
    each(count) { place, left in total += load(a + place, left) * load(b + place, left) }
    return sum(total)
  }

  /// y += scale·x.
  @inline(__always)
  static func add(_ scale: Scalar, _ x: Source, to y: Target, _ count: Int) {
    for i in 0..<count { y[i] += scale * x[i] }
  }
}
