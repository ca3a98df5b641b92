internal import Vectors

/// Which articles go where: by a seeded hash of the article's number, so that splits never overlap, need no list of
/// articles, and stay what they are when articles are added.
public struct ArticleSplit: Sendable {
  /// A named share of the articles.
  public struct Part: Hashable, Sendable {
    /// The name, such as `train`.
    public var name: String
    /// The part's share of the articles, 0 to 1.
    public var fraction: Double

    /// Creates a part; `fraction` is between 0 and 1.
    public init(name: String, fraction: Double) {
      self.name = name
      self.fraction = fraction
    }
  }

  private let bounds: [(name: String, upper: Double)]
  private let seed: UInt64

  /// - Parameter parts: with fractions that add up to 1 at most; what is left over belongs to no part.
  public init(_ parts: [Part], seed: UInt64) {
    var upper = 0.0
    bounds = parts.map { part in
      upper += part.fraction
      return (part.name, upper)
    }
    self.seed = seed
  }

  /// The part that `article` belongs to.
  public func part(of article: UInt64) -> String? {
    let uniform = Double(mixed(mixed(seed) ^ article) >> 11) * 0x1p-53
    // Fractions such as 0.8 + 0.1 + 0.1 fall short of 1 by a rounding: the last part takes what that leaves.
    if let last = bounds.last, abs(last.upper - 1) < 1e-9, uniform >= last.upper { return last.name }
    return bounds.first { uniform < $0.upper }?.name
  }

  /// Which of `shards` parts of equal size `article` belongs to, from 0.
  public static func shard(of article: UInt64, among shards: Int) -> Int {
    precondition(shards >= 1, "at least one shard")
    return Int((mixed(article ^ 0x73_6861_7264).multipliedFullWidth(by: UInt64(shards))).high)
  }
}
