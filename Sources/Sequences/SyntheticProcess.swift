internal import Glibc
public import Vectors

/// Articles of vectors with known properties, to test tools on.
///
/// Every process starts in its stationary state, with entries of mean 0 and variance 1. For many dimensions the mean
/// cosine of two chunks that lie k apart is then, without noise, what `similarity(k)` gives.
public struct SyntheticProcess: Sendable {
  /// How each chunk follows from those before it.
  public enum Kind: String, CaseIterable, Sendable {
    /// x[t+1] = ρ x[t] + √(1−ρ²) ε: Gaussian, the same forwards and backwards in time.
    case ar
    /// The same, with x[t] turned by an angle in every plane of two neighbouring dimensions: backwards it turns the
    /// other way.
    case rotation
    /// x[t+1] = x[t] + √(1−ρ²) ε: every article drifts away from where it began.
    case randomWalk = "random-walk"
    /// x[t] = √ρ topic + √(1−ρ) ε: every article has a topic, and its chunks no order.
    case topic
    /// x[t+1] is x[t] itself with probability ρ, else a fresh draw.
    case copy
  }

  /// How each chunk follows from those before it.
  public var kind: Kind
  /// The entries of a vector.
  public var dim: Int
  /// The chunks of an article.
  public var chunks: Int
  /// ρ, 0 to 1.
  public var rho: Double
  /// The mean turn from chunk to chunk, in radians.
  public var angle: Double
  /// Each article turns by its own angle, drawn evenly from angle · (1 ± spread).
  public var spread: Double
  /// Standard deviation of noise added to each entry of what comes out.
  public var noise: Double
  /// The seed of every random number.
  public var seed: UInt64

  /// Creates a process; the ranges are those of the flags of vec-synth.
  public init(
    kind: Kind, dim: Int, chunks: Int, rho: Double, angle: Double = 0, spread: Double = 0, noise: Double = 0,
    seed: UInt64
  ) {
    self.kind = kind
    self.dim = dim
    self.chunks = chunks
    self.rho = rho
    self.angle = angle
    self.spread = spread
    self.noise = noise
    self.seed = seed
  }

  /// Appends an article: the same one for the same seed and number, whatever else is made.
  ///
  /// - Parameter normalizes: scales each vector to unit length.
  public func append(article: UInt64, to store: inout VectorStore, normalizes: Bool) {
    var generator = SeededGenerator(seed: seed, stream: article)
    var state = draw(&generator)
    let topic = state
    let turn = angle * (1 + spread * (2 * generator.uniform() - 1))
    var out = [Float](repeating: 0, count: dim)
    for chunk in 0..<chunks {
      if kind == .topic {
        state = mixed(topic, rho.squareRoot(), (1 - rho).squareRoot(), &generator)
      } else if chunk > 0 {
        advance(&state, turn, &generator)
      }
      for entry in 0..<dim {
        out[entry] = Float(noise > 0 ? state[entry] + noise * generator.gaussian() : state[entry])
      }
      if normalizes { _ = out.withUnsafeMutableBufferPointer { InnerProducts.normalize($0) } }
      store.append(Key(article: article, chunk: UInt32(chunk)), out)
    }
  }

  private func draw(_ generator: inout SeededGenerator) -> [Double] {
    (0..<dim).map { _ in generator.gaussian() }
  }

  /// a · x + b · ε.
  private func mixed(_ x: [Double], _ a: Double, _ b: Double, _ generator: inout SeededGenerator) -> [Double] {
    x.map { a * $0 + b * generator.gaussian() }
  }

  private func advance(_ state: inout [Double], _ turn: Double, _ generator: inout SeededGenerator) {
    let innovation = max(0, 1 - rho * rho).squareRoot()
    switch kind {
    case .ar: state = mixed(state, rho, innovation, &generator)
    case .rotation:
      rotate(&state, turn)
      state = mixed(state, rho, innovation, &generator)
    case .randomWalk: state = mixed(state, 1, innovation, &generator)
    case .copy: if generator.uniform() >= rho { state = draw(&generator) }
    case .topic: break
    }
  }

  /// Turns every plane of two neighbouring dimensions; the last of an odd number stays.
  private func rotate(_ state: inout [Double], _ turn: Double) {
    let (c, s) = (cos(turn), sin(turn))
    for first in stride(from: 0, to: dim - 1, by: 2) {
      let (x, y) = (state[first], state[first + 1])
      state[first] = c * x - s * y
      state[first + 1] = s * x + c * y
    }
  }
}
