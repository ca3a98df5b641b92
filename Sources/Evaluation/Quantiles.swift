/// Quantiles of sorted figures.
public enum Quantiles {
  /// The quantile at `fraction`, interpolated linearly between the two nearest figures, as NumPy's default does.
  ///
  /// - Parameters:
  ///   - sorted: ascending, not empty.
  ///   - fraction: 0 to 1.
  public static func linear(_ sorted: [Double], _ fraction: Double) -> Double {
    precondition(!sorted.isEmpty, "the quantile of no figures")
    let position = fraction * Double(sorted.count - 1)
    let below = Int(position)
    let above = min(below + 1, sorted.count - 1)
    return sorted[below] + (position - Double(below)) * (sorted[above] - sorted[below])
  }
}
