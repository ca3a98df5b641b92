import Testing

@testable import Commands

@Test(arguments: [
  (0.0, "0"), (0.41234567, "0.4123"), (-12.34567, "-12.3457"), (123.456789, "123.457"), (0.0123456, "0.01235"),
  (1.5e-7, "1.5e-07"), (1_234_567, "1.23457e+06"), (Double.nan, "-"),
])
func figuresKeepFourToSixDigits(value: Double, text: String) {
  #expect(Figures.rounded(value) == text)
}

@Test(arguments: [
  (0.5, "0.50"), (9.99, "9.99"), (12.34, "12.3"), (950, "950"), (1234, "1.23 k"), (999_600, "1.00 M"),
  (2.5e9, "2.50 G"),
  (7e15, "7000 T"),
])
func ratesKeepThreeDigits(value: Double, text: String) {
  #expect(Figures.scaled(value) == text)
}

@Test(arguments: [(0.05, "0.1 s"), (59.9, "59.9 s"), (59.99, "1 min 00 s"), (125, "2 min 05 s"), (3720, "1 h 02 min")])
func durationsReadAsPeopleSayThem(seconds: Double, text: String) {
  #expect(Figures.duration(seconds) == text)
}

@Test func progressShowsCountRateAndTime() throws {
  let progress = Progress(try Sample.parse("--progress", "never"), unit: "rows")
  progress.advance(by: 119_000)
  progress.advance(by: 1000)
  #expect(progress.count == 120_000)
  #expect(progress.text(elapsed: 0.1) == "120000 rows, 1.20 M rows/s, 0.1 s")
  progress.total = 480_000
  #expect(progress.text(elapsed: 1) == "120000 of 480000 rows, 120 k rows/s, 1.0 s, 3.0 s left")
}
