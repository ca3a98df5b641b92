internal import Vectors

/// Sums of some figures over windows, article by article: what a bootstrap over articles resamples.
///
/// The result does not depend on the order of articles. There are at most `maximumUnits` rows of sums: more articles
/// are gathered into that many groups by a hash of their number, and the groups are resampled.
public struct ArticleSums: Sendable {
  /// How many figures a window has.
  public let figures: Int

  static let maximumUnits = 1 << 16

  /// The sums of each article, or of each group of them.
  private var units = Units()
  private var isGrouped = false
  /// The article whose windows are being added.
  private var current: (article: UInt64, windows: Int)?
  /// (figures): its sums so far.
  private var currentSums: [Double]
  /// Articles of the windows before those of `current`.
  private var flushedArticles = 0

  /// Rows of sums under the numbers of articles or groups.
  private struct Units {
    var positions: [UInt64: Int] = [:]
    var windows: [Int] = []
    /// (units, figures).
    var sums: [Double] = []

    mutating func add(_ windows: Int, _ sums: ArraySlice<Double>, to number: UInt64) {
      guard let position = positions[number] else {
        positions[number] = self.windows.count
        self.windows.append(windows)
        self.sums.append(contentsOf: sums)
        return
      }
      self.windows[position] += windows
      for (figure, sum) in sums.enumerated() { self.sums[position * sums.count + figure] += sum }
    }

    /// Numbers and their positions, by number: so that sums round the same whatever order the articles came in.
    var ordered: [(number: UInt64, position: Int)] {
      positions.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    func row(_ position: Int, _ figures: Int) -> ArraySlice<Double> {
      sums[position * figures..<(position + 1) * figures]
    }
  }

  /// Starts without windows.
  ///
  /// - Parameter figures: how many figures each window has, 1 or more.
  public init(figures: Int = 4) {
    precondition(figures > 0, "no figure to sum")
    self.figures = figures
    currentSums = [Double](repeating: 0, count: figures)
  }

  /// Articles so far, exact up to `maximumUnits`; beyond that, an article whose windows are not together may count more
  /// than once.
  public var articles: Int {
    guard let current else { return flushedArticles }
    return flushedArticles + (isGrouped || units.positions[current.article] == nil ? 1 : 0)
  }

  /// Adds a window of `article` that has four figures.
  public mutating func add(_ row: SIMD4<Double>, article: UInt64) {
    precondition(figures == 4, "4 figures of a window, not \(figures)")
    begin(article)
    for figure in 0..<4 { currentSums[figure] += row[figure] }
  }

  /// Adds a window of `article`.
  ///
  /// - Parameter row: (figures).
  public mutating func add(_ row: [Double], article: UInt64) {
    precondition(row.count == figures, "\(row.count) figures of a window, not \(figures)")
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
    for (article, position) in all.ordered {
      units.add(all.windows[position], all.row(position, figures), to: Self.group(article))
    }
  }

  private static func group(_ article: UInt64) -> UInt64 { mixed(article) % UInt64(maximumUnits) }
}

extension ArticleSums {
  /// The units in an order that does not depend on that of the windows.
  struct Closed {
    let figures: Int
    /// (units).
    var windows: [Int] = []
    /// (units, figures).
    var sums: [Double] = []

    var units: Int { windows.count }

    /// The mean of each figure over all windows, (figures); empty where there are no windows.
    var means: [Double] {
      let windows = windows.reduce(0, +)
      guard windows > 0 else { return [] }
      var total = [Double](repeating: 0, count: figures)
      for index in sums.indices { total[index % figures] += sums[index] }
      return total.map { $0 / Double(windows) }
    }
  }

  /// The sums of all windows. Call it after the last window.
  mutating func close() -> Closed {
    flush()
    var closed = Closed(figures: figures)
    for (_, position) in units.ordered {
      closed.windows.append(units.windows[position])
      closed.sums.append(contentsOf: units.row(position, figures))
    }
    return closed
  }

  /// The mean of each figure over all windows, (figures); empty where there are no windows.
  mutating func means() -> [Double] { close().means }

  /// The sums of each article under its name, or of each group of articles. Call it after the last window.
  ///
  /// - Parameter names: of the figures.
  mutating func byArticle(_ names: [String]) -> ByArticle {
    precondition(names.count == figures, "\(names.count) names of \(figures) figures")
    flush()
    let parts = units.ordered.map { number, position -> (String, ByArticle.Part) in
      (
        isGrouped ? "group \(number)" : ArticleName.text(of: number),
        ByArticle.Part(windows: units.windows[position], sums: Array(units.row(position, figures)))
      )
    }
    return ByArticle(figures: names, parts: Dictionary(parts, uniquingKeysWith: { first, _ in first }))
  }
}
