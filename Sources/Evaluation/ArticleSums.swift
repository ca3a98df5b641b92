internal import Vectors

/// Sums of some figures over windows, article by article: what a bootstrap over articles resamples.
///
/// It does not depend on the order in which windows come, and takes no more than `maximumUnits` rows of sums: where
/// there are more articles, they are gathered into as many groups by a hash of their number, and the groups are
/// resampled.
public struct ArticleSums: Sendable {
  /// Figures of a window.
  public let figures: Int

  static let maximumUnits = 1 << 16

  /// The sums of each article, or of each group of them.
  private var units = Units()
  private var isGrouped = false
  /// The article whose windows come at present.
  private var current: (article: UInt64, windows: Int)?
  /// (figures): its sums since it began to come.
  private var currentSums: [Double]
  /// Articles of the windows before those of `current`.
  private var flushedArticles = 0

  /// Rows of sums under the numbers of articles or groups.
  private struct Units {
    var places: [UInt64: Int] = [:]
    var windows: [Int] = []
    /// (units, figures).
    var sums: [Double] = []

    mutating func add(_ windows: Int, _ sums: ArraySlice<Double>, to number: UInt64) {
      guard let place = places[number] else {
        places[number] = self.windows.count
        self.windows.append(windows)
        self.sums.append(contentsOf: sums)
        return
      }
      self.windows[place] += windows
      for (figure, sum) in sums.enumerated() { self.sums[place * sums.count + figure] += sum }
    }

    /// Numbers and their places, by number: so that sums round the same whatever order the articles came in.
    var ordered: [(number: UInt64, place: Int)] {
      places.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    func row(_ place: Int, _ figures: Int) -> ArraySlice<Double> { sums[place * figures..<(place + 1) * figures] }
  }

  public init(figures: Int = 4) {
    precondition(figures > 0, "figures to sum")
    self.figures = figures
    currentSums = [Double](repeating: 0, count: figures)
  }

  /// Articles seen, exact up to `maximumUnits`; of more, those that came in pieces may count twice.
  public var articles: Int {
    guard let current else { return flushedArticles }
    return flushedArticles + (isGrouped || units.places[current.article] == nil ? 1 : 0)
  }

  /// Adds a window of `article`: its four figures.
  public mutating func add(_ row: SIMD4<Double>, article: UInt64) {
    precondition(figures == 4, "as many figures as were told")
    begin(article)
    for figure in 0..<4 { currentSums[figure] += row[figure] }
  }

  /// Adds a window of `article`.
  ///
  /// - Parameter row: (figures).
  public mutating func add(_ row: [Double], article: UInt64) {
    precondition(row.count == figures, "as many figures as were told")
    begin(article)
    for figure in 0..<figures { currentSums[figure] += row[figure] }
  }

  private mutating func begin(_ article: UInt64) {
    if current?.article != article {
      flush()
      current = (article, 0)
    }
    current?.windows += 1
  }

  private mutating func flush() {
    guard let (article, windows) = current else { return }
    current = nil
    units.add(windows, currentSums[...], to: isGrouped ? Self.group(article) : article)
    for figure in 0..<figures { currentSums[figure] = 0 }
    if isGrouped {
      flushedArticles += 1
    } else {
      flushedArticles = units.windows.count
      if flushedArticles > Self.maximumUnits { group() }
    }
  }

  private mutating func group() {
    let all = units
    units = Units()
    isGrouped = true
    for (article, place) in all.ordered {
      units.add(all.windows[place], all.row(place, figures), to: Self.group(article))
    }
  }

  private static func group(_ article: UInt64) -> UInt64 { mixed(article) % UInt64(maximumUnits) }
}

extension ArticleSums {
  /// The units in an order of their own.
  struct Closed {
    let figures: Int
    /// (units).
    var windows: [Int] = []
    /// (units, figures).
    var sums: [Double] = []

    var units: Int { windows.count }
  }

  /// Call it once all windows are in.
  mutating func close() -> Closed {
    flush()
    var closed = Closed(figures: figures)
    for (_, place) in units.ordered {
      closed.windows.append(units.windows[place])
      closed.sums.append(contentsOf: units.row(place, figures))
    }
    return closed
  }

  /// The mean of each figure over all windows, (figures); nothing where there are none.
  mutating func means() -> [Double] {
    let closed = close()
    let windows = closed.windows.reduce(0, +)
    guard windows > 0 else { return [] }
    var total = [Double](repeating: 0, count: figures)
    for index in closed.sums.indices { total[index % figures] += closed.sums[index] }
    return total.map { $0 / Double(windows) }
  }
}
