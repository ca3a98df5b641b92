public import Vectors

/// The chance of one training step: every site of a network draws its own mask from it, the same on any number of
/// threads, and again for the way back instead of keeping it.
public struct Noise: Hashable, Sendable {
  public let seed: UInt64

  /// - Parameters:
  ///   - seed: of the whole training.
  ///   - step: counted over all epochs.
  public init(seed: UInt64, step: Int) {
    self.seed = mixed(seed ^ mixed(UInt64(bitPattern: Int64(step))))
  }
}

/// Inverted dropout, as `torch.nn.Dropout` in training: an entry is zeroed with probability `rate`, else divided by
/// 1 − rate.
///
/// Whether entry i is kept follows from the site, the step and i alone: 16 bits of a hash, so that the rate is a multiple
/// of 1/65536.
public struct Dropout: Hashable, Sendable {
  @usableFromInline let seed: UInt64
  @usableFromInline let threshold: UInt16
  public let rate: Double

  /// - Parameters:
  ///   - noise: nil outside training.
  ///   - site: a number of its own for every place of a network that drops.
  /// - Returns: nil where nothing is dropped.
  public init?(_ noise: Noise?, site: Int, rate: Double) {
    guard let noise, rate > 0 else { return nil }
    precondition(rate < 1, "a rate below 1")
    seed = mixed(noise.seed ^ mixed(UInt64(bitPattern: Int64(site))))
    threshold = UInt16((rate * 65536).rounded(.down).clamped(to: 0...65535))
    self.rate = rate
  }

  /// 1 / (1 − rate).
  @inlinable public var scale: Double { 1 / (1 - rate) }

  /// The masks of entries 4·quad to 4·quad + 3 in 16 bits each; an entry is kept where they are at or above
  /// `threshold`.
  @inlinable
  func bits(_ quad: Int) -> SIMD4<UInt16> {
    let word = mixed(seed &+ UInt64(bitPattern: Int64(quad)) &* 0x9E37_79B9_7F4A_7C15)
    return unsafeBitCast(word, to: SIMD4<UInt16>.self)
  }

  /// Whether an entry is kept.
  @inlinable
  public func keeps(_ entry: Int) -> Bool {
    bits(entry >> 2)[entry & 3] >= threshold
  }

  /// y = x where kept, divided by 1 − rate; 0 elsewhere. x may be y; entries are counted through the rows. The way back
  /// is the same: dx = apply(dy).
  public func apply<Scalar: Real>(_ x: Matrix<Scalar>, into y: Matrix<Scalar>) {
    precondition(x.rows == y.rows && x.columns == y.columns, "matrices of one shape")
    Workers.parallel(x.rows, least: max(1, 8192 / max(x.columns, 1))) { rows in
      for row in rows {
        let entries = y.base + row * y.stride
        if x.base != y.base { entries.update(from: x.base + row * x.stride, count: x.columns) }
        drop(entries, x.columns, first: row * x.columns)
      }
    }
  }

  /// Drops from a run of entries in place, the first of which is entry `first` of its matrix.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  func drop<Scalar: Real>(_ x: UnsafeMutablePointer<Scalar>, _ count: Int, first: Int) {
    let scale = Scalar(self.scale)
    var i = 0
    while i < count, (first + i) & 3 != 0 {
      x[i] = keeps(first + i) ? x[i] * scale : 0
      i += 1
    }
    while i + 4 <= count {
      let kept = bits((first + i) >> 2) .>= threshold
      for lane in 0..<4 { x[i + lane] *= kept[lane] ? scale : 0 }
      i += 4
    }
    while i < count {
      x[i] = keeps(first + i) ? x[i] * scale : 0
      i += 1
    }
  }
}

extension Double {
  fileprivate func clamped(to range: ClosedRange<Double>) -> Double {
    Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
  }
}
