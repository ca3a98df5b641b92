/// Sums over the slots of every window's context, and what goes back through them.
///
/// Rows are position-major: slot t of window b in a batch of n windows is row t·n + b of (slots · n, width). What there
/// is once a window is (n, width); what there is once a slot is (n, slots).
public enum ContextRows<Scalar: Real> {
  /// y[b] = Σₜ c[t, b] / slots.
  public static func mean(_ c: Matrix<Scalar>, into y: Matrix<Scalar>) {
    let slots = slots(c, y)
    each(slots, y) { b in
      mix(
        nil, scale: 1 / Scalar(slots), c.base + b * c.stride, step: y.rows * c.stride, slots, y.base + b * y.stride,
        y.columns)
    }
  }

  /// s[b, t] = scale · a[b] · c[t, b].
  public static func dots(_ a: Matrix<Scalar>, _ c: Matrix<Scalar>, scale: Scalar = 1, into s: Matrix<Scalar>) {
    let slots = slots(c, a)
    precondition(s.rows == a.rows && s.columns == slots, "numbers of another shape than the slots")
    each(slots, a) { b in
      for t in 0..<slots {
        s.base[b * s.stride + t] =
          scale * dot(a.base + b * a.stride, c.base + (t * a.rows + b) * c.stride, a.columns)
      }
    }
  }

  /// y[b] = scale · Σₜ s[b, t] · c[t, b].
  public static func mix(_ s: Matrix<Scalar>, _ c: Matrix<Scalar>, scale: Scalar = 1, into y: Matrix<Scalar>) {
    let slots = slots(c, y)
    precondition(s.rows == y.rows && s.columns == slots, "numbers of another shape than the slots")
    each(slots, y) { b in
      mix(
        s.base + b * s.stride, scale: scale, c.base + b * c.stride, step: y.rows * c.stride, slots,
        y.base + b * y.stride, y.columns)
    }
  }

  /// c[t, b] = scale · s[b, t] · y[b], the way back of `mix` by c.
  ///
  /// - Parameters:
  ///   - s: nil where every slot's number is 1.
  ///   - adding: to what c holds.
  public static func spread(
    _ s: Matrix<Scalar>?, _ y: Matrix<Scalar>, scale: Scalar = 1, into c: Matrix<Scalar>, adding: Bool
  ) {
    let slots = slots(c, y)
    precondition(s.map { $0.rows == y.rows && $0.columns == slots } ?? true, "numbers of another shape than the slots")
    each(slots, y) { b in
      for t in 0..<slots {
        let target = c.base + (t * y.rows + b) * c.stride
        if !adding { target.update(repeating: 0, count: y.columns) }
        let factor = s.map { $0.base[b * $0.stride + t] } ?? 1
        add(scale * factor, y.base + b * y.stride, to: target, y.columns)
      }
    }
  }

  /// The slots of contexts c, of which y has a row a window.
  private static func slots(_ c: Matrix<Scalar>, _ y: Matrix<Scalar>) -> Int {
    precondition(y.columns == c.columns && y.rows > 0 && c.rows % y.rows == 0, "contexts of other windows")
    return c.rows / y.rows
  }

  private static func each(_ slots: Int, _ y: Matrix<Scalar>, _ body: (Int) -> Void) {
    Workers.parallel(y.rows, minimum: max(1, 8192 / max(slots * y.columns, 1))) { windows in
      for b in windows { body(b) }
    }
  }

  /// y = scale · Σₜ s[t] · c[t], a column's slots one after the other; s[t] is 1 where there is no s.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private static func mix(
    _ s: UnsafePointer<Scalar>?, scale: Scalar, _ c: UnsafePointer<Scalar>, step: Int, _ slots: Int,
    _ y: UnsafeMutablePointer<Scalar>, _ count: Int
  ) {
    Lanes<Scalar>.each(count) { index, left in
      var total = SIMD8<Scalar>(repeating: 0)
      for t in 0..<slots { total += (s?[t] ?? 1) * Lanes.load(c + t * step + index, left) }
      Lanes.store(scale * total, y + index, left)
    }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private static func add(
    _ scale: Scalar, _ x: UnsafePointer<Scalar>, to y: UnsafeMutablePointer<Scalar>, _ count: Int
  ) {
    Lanes.add(scale, x, to: y, count)
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private static func dot(_ a: UnsafePointer<Scalar>, _ b: UnsafePointer<Scalar>, _ count: Int) -> Scalar {
    Lanes.dot(a, b, count)
  }
}
