/// Sums of figures over windows, article by article: what comparing two predictors of the same windows needs.
public struct ByArticle: Hashable, Sendable {
  /// One article's windows.
  public struct Part: Hashable, Sendable {
    /// How many there are.
    public var windows: Int
    /// (figures): the sums over them.
    public var sums: [Double]

    /// Sums over so many windows.
    public init(windows: Int, sums: [Double]) {
      self.windows = windows
      self.sums = sums
    }
  }

  /// The names of the figures, in the order of `Part.sums`.
  public var figures: [String]
  /// The articles, by their names; or groups of them, where there are very many.
  public var parts: [String: Part]

  /// Parts whose sums are of `figures`.
  public init(figures: [String], parts: [String: Part]) {
    self.figures = figures
    self.parts = parts
  }
}

extension ByArticle {
  /// A figure as a function of the means of sums, (figures).
  public typealias Statistic = (UnsafeBufferPointer<Double>) -> Double

  /// What a statistic of this predictor is more than another's of a second one, over the same windows.
  ///
  /// The 95% interval comes from a bootstrap over articles, in which both predictors meet the same articles in every
  /// draw: what makes articles differ does not widen it.
  ///
  /// - Parameters:
  ///   - own, others: of the sums of `self` and of `other`.
  ///   - seed: of the bootstrap.
  /// - Returns: nil where the two are not of the same windows; no interval for fewer than two articles.
  public func difference(
    from other: ByArticle, _ own: Statistic, _ others: Statistic, seed: UInt64
  ) -> Estimate? {
    guard !parts.isEmpty, parts.count == other.parts.count else { return nil }
    let width = figures.count
    var closed = ArticleSums.Closed(figures: width + other.figures.count)
    for (article, part) in parts.sorted(by: { $0.key < $1.key }) {
      guard let second = other.parts[article], second.windows == part.windows else { return nil }
      closed.windows.append(part.windows)
      closed.sums += part.sums + second.sums
    }
    func difference(_ means: UnsafeBufferPointer<Double>) -> Double {
      own(UnsafeBufferPointer(rebasing: means[..<width])) - others(UnsafeBufferPointer(rebasing: means[width...]))
    }
    return Estimate(
      closed.means.withUnsafeBufferPointer(difference),
      interval: Bootstrap.means(closed, seed: seed)?.interval95(difference))
  }

  /// A statistic of the means over all windows.
  public func value(_ statistic: Statistic) -> Double {
    var closed = ArticleSums.Closed(figures: figures.count)
    for (_, part) in parts.sorted(by: { $0.key < $1.key }) {
      closed.windows.append(part.windows)
      closed.sums += part.sums
    }
    return closed.means.withUnsafeBufferPointer(statistic)
  }
}
