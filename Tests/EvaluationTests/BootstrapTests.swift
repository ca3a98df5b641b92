import Evaluation
import TestSupport
import Testing
import Vectors

@Suite struct BootstrapTests {
  private static func sums(_ articles: [(UInt64, [Double])]) -> ArticleSums {
    var sums = ArticleSums()
    for (article, figures) in articles {
      for figure in figures { sums.add([figure, -figure, 1, 0], article: article) }
    }
    return sums
  }

  private static func normal(_ count: Int, windows: Int = 1, mean: Double = 0, seed: UInt64) -> [(UInt64, [Double])] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { article in
      let figure = mean + generator.gaussian()
      return (UInt64(article), [Double](repeating: figure, count: windows))
    }
  }

  @Test func theSameSeedGivesTheSameInterval() throws {
    let articles = Self.normal(50, seed: 1)
    var sums = (0..<3).map { _ in Self.sums(articles) }
    let one = try #require(Bootstrap.intervals95(&sums[0], seed: 5))
    let two = try #require(Bootstrap.intervals95(&sums[1], seed: 5))
    let other = try #require(Bootstrap.intervals95(&sums[2], seed: 6))
    #expect(one == two)
    #expect(one != other)
    // Asking again changes nothing.
    let again = try #require(Bootstrap.intervals95(&sums[0], seed: 5))
    #expect(again == one)
  }

  @Test func theOrderOfArticlesDoesNotMatter() throws {
    let articles = Self.normal(40, windows: 3, seed: 2)
    var one = Self.sums(articles)
    var two = Self.sums(articles.reversed())
    // In pieces: the first window of each, then the others.
    var three = Self.sums(
      articles.map { ($0.0, Array($0.1.prefix(1))) } + articles.map { ($0.0, Array($0.1.dropFirst())) })
    #expect(two.articles == three.articles)
    let expected = try #require(Bootstrap.intervals95(&one, seed: 3))
    for found in [Bootstrap.intervals95(&two, seed: 3), Bootstrap.intervals95(&three, seed: 3)] {
      let found = try #require(found)
      #expect(abs(found.low[0] - expected.low[0]) < 1e-9)
      #expect(abs(found.high[0] - expected.high[0]) < 1e-9)
    }
    #expect(one.articles == 40)
  }

  @Test func theIntervalIsAsWideAsItShouldBe() throws {
    // The mean of 400 standard normal articles: ±1.96 / 20. Windows of an article are alike and add nothing.
    for windows in [1, 7] {
      var sums = Self.sums(Self.normal(400, windows: windows, seed: 3))
      let (low, high) = try #require(Bootstrap.intervals95(&sums, seed: 1))
      let width: Double = high[0] - low[0]
      #expect((0.166...0.226).contains(width))
      // The mirrored figure has the mirrored interval, a constant one has none.
      #expect(abs(low[0] + high[1]) < 1e-12)
      #expect(low[2] == 1 && high[2] == 1)
    }
  }

  @Test func theIntervalCoversTheTruthAboutAsOftenAsStated() throws {
    var covered = 0
    for trial in 0..<100 as Range<UInt64> {
      var sums = Self.sums(Self.normal(60, mean: 5, seed: 1000 + trial))
      let (low, high) = try #require(Bootstrap.intervals95(&sums, seed: trial))
      if (low[0]...high[0]).contains(5) { covered += 1 }
    }
    // 95 expected, with a standard deviation of 2.2.
    #expect((86...100).contains(covered))
  }

  @Test func articlesWeighByTheirWindows() throws {
    // One article of nine windows and one of a window: a mean is that of the windows, not of the articles.
    var sums = Self.sums([(1, [Double](repeating: 1, count: 9)), (2, [0])])
    let (low, high) = try #require(Bootstrap.intervals95(&sums, seed: 1))
    #expect(low[0] == 0)
    #expect(high[0] == 1)
  }

  /// Each figure has the interval that it has alone, and a function of the means has one of its own.
  @Test func figuresMayBeAnyNumber() throws {
    let articles = Self.normal(30, windows: 2, seed: 4)
    var four = Self.sums(articles)
    var many = ArticleSums(figures: 11)
    for (article, figures) in articles {
      for figure in figures { many.add((0..<11).map { figure * Double($0) }, article: article) }
    }
    let one = try #require(Bootstrap.intervals95(&four, seed: 5))
    let (low, high) = try #require(Bootstrap.intervals95(&many, seed: 5))
    #expect(low.count == 11 && high.count == 11)
    #expect(low[1] == one.low[0] && high[1] == one.high[0])
    #expect(low[0] == 0 && abs(high[10] - 10 * high[1]) < 1e-12)
    let means = try #require(Bootstrap.means(&many, seed: 5))
    let difference = means.interval95 { $0[3] - $0[1] }
    #expect(abs(difference.lowerBound - low[2]) < 1e-12 && abs(difference.upperBound - high[2]) < 1e-12)
    let greatest = means.interval95 { $0.max() ?? 0 }
    #expect(greatest.lowerBound >= 0 && abs(greatest.upperBound - high[10]) < 1e-12)
  }

  @Test func oneArticleHasNoSpread() {
    var one = Self.sums([(1, [1, 2, 3])])
    #expect(Bootstrap.intervals95(&one, seed: 1) == nil)
    var none = ArticleSums()
    #expect(Bootstrap.intervals95(&none, seed: 1) == nil)
  }

  @Test func veryManyArticlesAreGathered() throws {
    var generator = SeededGenerator(seed: 7)
    let articles = (0..<70_000 as Range<UInt64>).map { ($0, [generator.gaussian()]) }
    let mean = articles.reduce(0) { $0 + $1.1[0] } / 70_000
    var forwards = Self.sums(articles)
    var backwards = Self.sums(articles.reversed())
    let one = try #require(Bootstrap.intervals95(&forwards, seed: 1))
    let two = try #require(Bootstrap.intervals95(&backwards, seed: 1))
    #expect(abs(one.low[0] - two.low[0]) < 1e-9)
    #expect((one.low[0]...one.high[0]).contains(mean))
    // 2 · 1.96 / √70,000 = 0.0148.
    let width: Double = one.high[0] - one.low[0]
    #expect((0.0128...0.0168).contains(width))
    #expect(forwards.articles == 70_000)
  }
}

@Suite struct QuantilesTests {
  /// As numpy.quantile gives them.
  static let known: [([Double], Double, Double)] = [
    ([1, 2, 3, 4], 0.25, 1.75), ([1, 2, 3, 4], 0.5, 2.5), ([1, 2, 3, 4], 0.75, 3.25), ([1, 2, 3, 4], 0, 1),
    ([1, 2, 3, 4], 1, 4),
    ([5], 0.3, 5), ([0, 10], 0.9, 9), ([-1, 0, 0, 7, 9], 0.5, 0), ([-1, 0, 0, 7, 9], 0.6, 2.8), ([1, 1, 1], 0.99, 1),
  ]

  @Test(arguments: known) func interpolatedLinearly(_ sorted: [Double], _ fraction: Double, _ quantile: Double) {
    #expect(abs(Quantiles.linear(sorted, fraction) - quantile) < 1e-12)
  }
}
