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
    let uniform = Self.uniform(article, seed)
    // Fractions such as 0.8 + 0.1 + 0.1 fall short of 1 by a rounding: the last part takes what that leaves.
    if let last = bounds.last, abs(last.upper - 1) < 1e-9, uniform >= last.upper { return last.name }
    return bounds.first { uniform < $0.upper }?.name
  }

  private static func uniform(_ article: UInt64, _ seed: UInt64) -> Double {
    Double(mixed(mixed(seed) ^ article) >> 11) * 0x1p-53
  }

  /// The parts of known articles, their sizes as near to the shares as whole numbers come: by largest remainder, and at
  /// least one article each. In the order of the same hash, so that most articles are where `part(of:)` has them.
  ///
  /// - Parameters:
  ///   - parts: with fractions that add up to 1.
  ///   - articles: as many as there are parts, or more.
  /// - Returns: the part of each article.
  public static func exact(_ parts: [Part], of articles: Set<UInt64>, seed: UInt64) -> [UInt64: String] {
    precondition(articles.count >= parts.count && !parts.isEmpty, "fewer articles than parts")
    var counts = parts.map { Int($0.fraction * Double(articles.count)) }
    let remainders = zip(parts, counts).map { $0.fraction * Double(articles.count) - Double($1) }
    let order = parts.indices.sorted { (remainders[$0], $1) > (remainders[$1], $0) }
    var left = articles.count - counts.reduce(0, +)
    for part in order where left > 0 {
      counts[part] += 1
      left -= 1
    }
    while let empty = counts.firstIndex(of: 0), let largest = counts.indices.max(by: { counts[$0] < counts[$1] }) {
      counts[largest] -= 1
      counts[empty] += 1
    }
    let ordered = articles.map { (uniform($0, seed), $0) }.sorted { $0 < $1 }
    var found: [UInt64: String] = [:]
    var start = 0
    for (part, count) in zip(parts, counts) {
      for (_, article) in ordered[start..<min(start + count, ordered.count)] { found[article] = part.name }
      start += count
    }
    return found
  }

  /// Which of `shards` parts of equal size `article` belongs to, from 0.
  public static func shard(of article: UInt64, among shards: Int) -> Int {
    precondition(shards >= 1, "at least one shard")
    return Int((mixed(article ^ 0x73_6861_7264).multipliedFullWidth(by: UInt64(shards))).high)
  }
}
