/// A figure and its 95% interval, where one is known.
public struct Estimate: Hashable, Sendable {
  /// The figure over all windows.
  public var value: Double
  /// Its 95% interval; nil where none is known, as for a single article.
  public var interval: ClosedRange<Double>?

  /// A figure, without an interval where none is given.
  public init(_ value: Double, interval: ClosedRange<Double>? = nil) {
    self.value = value
    self.interval = interval
  }
}
