/// The time since it was made, by a clock that only runs forward.
public struct Stopwatch: Sendable {
  private let start = ContinuousClock.now

  /// Starts the clock.
  public init() {}

  /// Seconds since the start.
  public var seconds: Double { (ContinuousClock.now - start) / .seconds(1) }
}
