internal import Vectors

/// Percentile intervals by resampling whole articles with replacement (Efron and Tibshirani, "An introduction to the
/// bootstrap", 1993). Windows of one article resemble each other, so that resampling windows would give intervals that
/// are too narrow.
public enum Bootstrap {
  /// How often articles are drawn.
  public static let resamples = 1000

  /// The 95% interval of each figure's mean over windows.
  ///
  /// - Parameter seed: fixes the draws; the same articles give the same intervals in whatever order they came.
  /// - Returns: for each figure its 2.5th and 97.5th percentile; nil for fewer than two articles, which have no spread.
  public static func intervals95(_ sums: inout ArticleSums, seed: UInt64) -> (low: [Double], high: [Double])? {
    guard let means = means(&sums, seed: seed) else { return nil }
    let intervals = (0..<sums.figures).map { figure in means.interval95 { $0[figure] } }
    return (intervals.map(\.lowerBound), intervals.map(\.upperBound))
  }

  /// The resampled means, from which any function of the means gets its interval; nil for fewer than two articles.
  public static func means(_ sums: inout ArticleSums, seed: UInt64) -> ResampledMeans? {
    means(sums.close(), seed: seed)
  }

  static func means(_ closed: ArticleSums.Closed, seed: UInt64) -> ResampledMeans? {
    guard closed.units >= 2 else { return nil }
    let figures = closed.figures
    var generator = SeededGenerator(seed: seed, stream: 0x626F_6F74)
    var means = [Double](repeating: 0, count: resamples * figures)
    means.withUnsafeMutableBufferPointer { means in
      for resample in 0..<resamples {
        let row = UnsafeMutableBufferPointer(rebasing: means[resample * figures..<(resample + 1) * figures])
        draw(closed, into: row, &generator)
      }
    }
    return ResampledMeans(figures: figures, means: means)
  }

  /// One resample: as many units as there are, with replacement.
  private static func draw(
    _ closed: ArticleSums.Closed, into row: UnsafeMutableBufferPointer<Double>, _ generator: inout SeededGenerator
  ) {
    var windows = 0
    closed.sums.withUnsafeBufferPointer { sums in
      closed.windows.withUnsafeBufferPointer { counts in
        for _ in 0..<counts.count {
          let unit = generator.index(below: counts.count)
          windows &+= counts[unit]
          for figure in 0..<row.count { row[figure] += sums[unit &* row.count &+ figure] }
        }
      }
    }
    for figure in 0..<row.count { row[figure] /= Double(windows) }
  }
}

/// The means of all figures in each of `Bootstrap.resamples` draws of articles.
public struct ResampledMeans: Sendable {
  let figures: Int
  /// (resamples, figures).
  let means: [Double]

  /// The interval from the 2.5th to the 97.5th percentile of a function of the means.
  ///
  /// - Parameter statistic: of one resample's means, (figures).
  public func interval95(_ statistic: (UnsafeBufferPointer<Double>) -> Double) -> ClosedRange<Double> {
    let sorted = means.withUnsafeBufferPointer { means in
      stride(from: 0, to: means.count, by: figures).map {
        statistic(UnsafeBufferPointer(rebasing: means[$0..<$0 + figures]))
      }.sorted()
    }
    return Quantiles.linear(sorted, 0.025)...Quantiles.linear(sorted, 0.975)
  }
}
