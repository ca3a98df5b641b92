internal import Vectors

/// Percentile intervals by resampling whole articles with replacement (Efron and Tibshirani, "An introduction to the
/// bootstrap", 1993): windows of one article resemble each other, so that resampling windows would promise too much.
public enum Bootstrap {
  public static let resamples = 1000

  /// The 95% intervals of the means over windows of the four figures.
  ///
  /// - Parameter seed: fixes the draws; the same articles give the same intervals in whatever order they came.
  /// - Returns: for each figure its 2.5th and 97.5th percentile; nil for fewer than two articles, of which no spread
  ///   can be told.
  public static func intervals95(
    _ sums: inout ArticleSums, seed: UInt64
  ) -> (low: SIMD4<Double>, high: SIMD4<Double>)? {
    let units = sums.close().units
    guard units.count >= 2 else { return nil }
    var generator = SeededGenerator(seed: seed, stream: 0x626F_6F74)
    var means: [SIMD4<Double>] = []
    for _ in 0..<resamples {
      var drawn = ArticleSums.Unit()
      for _ in 0..<units.count { drawn += units[generator.index(below: units.count)] }
      means.append(drawn.sums / Double(drawn.windows))
    }
    var low = SIMD4<Double>.zero
    var high = SIMD4<Double>.zero
    for figure in 0..<4 {
      let sorted = means.map { $0[figure] }.sorted()
      low[figure] = Quantiles.linear(sorted, 0.025)
      high[figure] = Quantiles.linear(sorted, 0.975)
    }
    return (low, high)
  }
}

/// Quantiles of sorted figures.
public enum Quantiles {
  /// The quantile at `fraction`, interpolated linearly between the two nearest figures, as NumPy's default does.
  ///
  /// - Parameters:
  ///   - sorted: ascending, not empty.
  ///   - fraction: 0 to 1.
  public static func linear(_ sorted: [Double], _ fraction: Double) -> Double {
    precondition(!sorted.isEmpty, "quantiles of something")
    let place = fraction * Double(sorted.count - 1)
    let below = Int(place)
    let above = min(below + 1, sorted.count - 1)
    return sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])
  }
}
