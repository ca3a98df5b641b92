internal import Vectors

/// Sums of some figures over windows, article by article: what a bootstrap over articles resamples.
///
/// It does not depend on the order in which windows come, and takes no more than `maximumUnits` entries: where there
/// are more articles, they are gathered into as many groups by a hash of their number, and the groups are resampled.
public struct ArticleSums: Sendable {
  /// Sums over one article, or one group of them.
  struct Unit {
    var windows = 0
    var sums: SIMD4<Double> = .zero

    static func += (a: inout Unit, b: Unit) {
      a.windows += b.windows
      a.sums += b.sums
    }
  }

  static let maximumUnits = 1 << 16

  private var units: [UInt64: Unit] = [:]
  private var isGrouped = false
  private var current: (article: UInt64, unit: Unit)?
  /// Articles of the windows before those of `current`.
  private var flushedArticles = 0
  /// Articles seen, exact up to `maximumUnits`; of more, those that came in pieces may count twice.
  public var articles: Int {
    guard let current else { return flushedArticles }
    return flushedArticles + (isGrouped || units[current.article] == nil ? 1 : 0)
  }

  public init() {}

  /// Adds a window of `article`: up to four figures.
  public mutating func add(_ figures: SIMD4<Double>, article: UInt64) {
    if current?.article != article {
      flush()
      current = (article, Unit())
    }
    current?.unit += Unit(windows: 1, sums: figures)
  }

  private mutating func flush() {
    guard let (article, unit) = current else { return }
    current = nil
    if isGrouped {
      flushedArticles += 1
      units[Self.group(article), default: Unit()] += unit
      return
    }
    units[article, default: Unit()] += unit
    flushedArticles = units.count
    if units.count > Self.maximumUnits { group() }
  }

  private mutating func group() {
    let all = units
    units = [:]
    isGrouped = true
    // In ascending order, so that sums round the same whatever order the articles came in.
    for (article, unit) in all.sorted(by: { $0.key < $1.key }) { units[Self.group(article), default: Unit()] += unit }
  }

  private static func group(_ article: UInt64) -> UInt64 { mixed(article) % UInt64(maximumUnits) }

  /// The units in an order of their own, and the sum of them all. Call it once all windows are in.
  mutating func close() -> (units: [Unit], total: Unit) {
    flush()
    let ordered = units.sorted { $0.key < $1.key }.map(\.value)
    return (ordered, ordered.reduce(into: Unit()) { $0 += $1 })
  }
}
