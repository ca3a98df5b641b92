// One row's work, and a stripe of columns'.
extension LayerNorm {
  /// Replaces s by the normalized row, writes y, which may be s, and returns 1/√(var + ε).
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  static func normalize(
    _ s: UnsafeMutablePointer<Scalar>, _ weight: UnsafePointer<Scalar>, _ bias: UnsafePointer<Scalar>,
    _ y: UnsafeMutablePointer<Scalar>, _ width: Int
  ) -> Scalar {
    var total = SIMD8<Scalar>(repeating: 0)
    Lanes<Scalar>.each(width) { index, left in total += Lanes.load(s + index, left) }
    let mean = Lanes.sum(total) / Scalar(width)
    var squares = SIMD8<Scalar>(repeating: 0)
    Lanes<Scalar>.each(width) { index, left in
      var centred = Lanes.load(s + index, left) - mean
      for lane in left..<8 { centred[lane] = 0 }
      squares += centred * centred
    }
    let variance = Lanes.sum(squares) / Scalar(width)
    let inverse = 1 / (variance + epsilon).squareRoot()
    Lanes<Scalar>.each(width) { index, left in
      let normalized = (Lanes.load(s + index, left) - mean) * inverse
      Lanes.store(normalized, s + index, left)
      Lanes.store(
        normalized * Lanes.load(weight + index, left) + Lanes.load(bias + index, left), y + index, left)
    }
    return inverse
  }

  /// ds = (g − mean g − n · mean(g ∘ n)) / √(var + ε) for g = dy ∘ weight and the normalized row n.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  static func differentiate(
    _ dy: UnsafePointer<Scalar>, _ weight: UnsafePointer<Scalar>, _ normalized: UnsafePointer<Scalar>,
    _ inverse: Scalar, _ ds: UnsafeMutablePointer<Scalar>, _ width: Int, adding: Bool
  ) {
    var total = SIMD8<Scalar>(repeating: 0)
    var along = SIMD8<Scalar>(repeating: 0)
    Lanes<Scalar>.each(width) { index, left in
      let g = Lanes.load(dy + index, left) * Lanes.load(weight + index, left)
      total += g
      along += g * Lanes.load(normalized + index, left)
    }
    let mean = Lanes.sum(total) / Scalar(width)
    let slope = Lanes.sum(along) / Scalar(width)
    Lanes<Scalar>.each(width) { index, left in
      let g = Lanes.load(dy + index, left) * Lanes.load(weight + index, left)
      let value = (g - mean - Lanes.load(normalized + index, left) * slope) * inverse
      Lanes.store(adding ? Lanes.load(ds + index, left) + value : value, ds + index, left)
    }
  }

  /// Adds a row to the gradients of weight and bias.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  static func accumulate(
    _ dy: UnsafePointer<Scalar>, _ normalized: UnsafePointer<Scalar>, into weight: UnsafeMutablePointer<Scalar>,
    _ bias: UnsafeMutablePointer<Scalar>, _ count: Int
  ) {
    for i in 0..<count {
      weight[i] += dy[i] * normalized[i]
      bias[i] += dy[i]
    }
  }
}
