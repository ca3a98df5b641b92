public import Vectors

/// The chance of one training step: every site of a network draws its own mask from it, the same on any number of
/// threads, and again for the way back instead of keeping it.
public struct Noise: Hashable, Sendable {
  /// Of every choice, with the step and the site.
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
  /// The chance that an entry is zeroed, below 1.
  public let rate: Double
  /// 1 / (1 − rate).
  public let scale: Double

  /// - Parameters:
  ///   - noise: nil outside training.
  ///   - site: a number of its own for every place of a network that drops.
  /// - Returns: nil where nothing is dropped.
  public init?(_ noise: Noise?, site: Int, rate: Double) {
    guard let noise, rate > 0 else { return nil }
    precondition(rate < 1, "a rate of 1 or more")
    seed = mixed(noise.seed ^ mixed(UInt64(bitPattern: Int64(site))))
    threshold = UInt16((rate * 65536).rounded(.down).clamped(to: 0...65535))
    self.rate = rate
    scale = 1 / (1 - rate)
  }

  /// The masks of entries 8·group to 8·group + 7 in 16 bits each; an entry is kept where they are at or above
  /// `threshold`.
  @inlinable
  func bits(_ group: Int) -> SIMD8<UInt16> {
    let word = mixed(seed &+ UInt64(truncatingIfNeeded: group) &* 0x9E37_79B9_7F4A_7C15)
    // A second word for half the price of another hash.
    let other = (word ^ (word >> 32)) &* 0xD6E8_FEB8_6659_FD93
    return unsafeBitCast(SIMD2(word, other ^ (other >> 32)), to: SIMD8<UInt16>.self)
  }

  /// Whether an entry is kept.
  @inlinable
  public func keeps(_ entry: Int) -> Bool {
    bits(entry >> 3)[entry & 7] >= threshold
  }

  /// y = x where kept, divided by 1 − rate; 0 elsewhere. x may be y; entries are counted through the rows. The way back
  /// is the same: dx = apply(dy).
  public func apply<Scalar: Real>(_ x: Matrix<Scalar>, into y: Matrix<Scalar>) {
    precondition(x.rows == y.rows && x.columns == y.columns, "matrices of different shapes")
    Workers.parallel(x.rows, minimum: max(1, 8192 / max(x.columns, 1))) { rows in
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
    Lanes<Scalar>.each(count) { index, left in
      Lanes.store(Lanes.load(x + index, left) * factors(first + index), x + index, left)
    }
  }

  /// What eight entries from `first` on are multiplied by: 1/(1 − rate) where kept, else 0.
  @inline(__always)
  func factors<Scalar: Real>(_ first: Int) -> SIMD8<Scalar> {
    var bits = bits(first >> 3)
    if first & 7 != 0 { for lane in 0..<8 { bits[lane] = self.bits((first &+ lane) >> 3)[(first &+ lane) & 7] } }
    return Scalar.kept(bits, from: threshold, factor: Scalar(scale))
  }
}

extension Double {
  fileprivate func clamped(to range: ClosedRange<Double>) -> Double {
    Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
  }
}
