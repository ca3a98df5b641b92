internal import Glibc

/// xoshiro256** (Blackman and Vigna, 2018), seeded through splitmix64: the same seed gives the same numbers on every
/// machine, whatever the version of Swift.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: (UInt64, UInt64, UInt64, UInt64)
  private var spareGaussian: Double?

  /// Creates the generator of a seed.
  public init(seed: UInt64) {
    let step: UInt64 = 0x9E37_79B9_7F4A_7C15
    state = (mixed(seed), mixed(seed &+ step), mixed(seed &+ step &* 2), mixed(seed &+ step &* 3))
  }

  /// An independent generator for the `index`-th part (article, resample, epoch) of the work that `seed` governs.
  public init(seed: UInt64, stream index: UInt64) {
    self.init(seed: mixed(seed) ^ mixed(mixed(index)))
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    func rotated(_ x: UInt64, _ k: UInt64) -> UInt64 { (x << k) | (x >> (64 &- k)) }
    let result = rotated(state.1 &* 5, 7) &* 9
    let t = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= t
    state.3 = rotated(state.3, 45)
    return result
  }

  /// Uniform in [0, 1), with 53 random bits.
  public mutating func uniform() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// Uniform in 0..<count, without bias (Lemire's multiplication, with rejection). `count` is at least 1.
  public mutating func index(below count: Int) -> Int {
    precondition(count > 0, "an index below \(count)")
    let bound = UInt64(count)
    var product = next().multipliedFullWidth(by: bound)
    if product.low < bound {
      let threshold = (0 &- bound) % bound
      while product.low < threshold {
        product = next().multipliedFullWidth(by: bound)
      }
    }
    return Int(product.high)
  }

  /// Normal with mean 0 and standard deviation 1 (Marsaglia's polar method).
  public mutating func gaussian() -> Double {
    if let spare = spareGaussian {
      spareGaussian = nil
      return spare
    }
    while true {
      let u = 2 * uniform() - 1
      let v = 2 * uniform() - 1
      let s = u * u + v * v
      guard s > 0, s < 1 else { continue }
      let scale = (-2 * log(s) / s).squareRoot()
      spareGaussian = v * scale
      return u * scale
    }
  }
}
