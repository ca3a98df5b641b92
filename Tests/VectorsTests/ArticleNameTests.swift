import Testing
import Vectors

@Suite struct ArticleNameTests {
  /// The numbers that docs/stream-format.md states, and examples/python/vector_stream.py computes.
  @Test func numbersFollowFromNames() {
    #expect(ArticleName.number("doc01") == 13_456_173_493_175_775_223)
    #expect(ArticleName.number("") == 16_294_208_416_658_607_535)
    #expect(ArticleName.number("abcdefgh") == 9_245_128_965_073_422_038)
    #expect(ArticleName.number("0") == 0 && ArticleName.number("7") == 7)
    #expect(ArticleName.number("9223372036854775807") == 9_223_372_036_854_775_807)
    for name in ["07", "9223372036854775808", "+7", "-7", " 7", "٧", "7.0", "00"] {
      #expect(ArticleName.number(name) >= 1 << 63, "\(name)")
    }
  }

  @Test func namesAreFoundAgain() {
    let name = "a name of this test"
    #expect(ArticleName.text(of: ArticleName.number(name)) == "\(ArticleName.number(name))")
    #expect(ArticleName.register(name) == ArticleName.number(name))
    #expect(ArticleName.register(name) == ArticleName.number(name))
    #expect(ArticleName.text(of: ArticleName.number(name)) == name)
    #expect(Key(article: ArticleName.number(name), chunk: 3).description == "article \(name), chunk 3")
    #expect(ArticleName.register("12") == 12 && ArticleName.name(of: 12) == nil)
    #expect(ArticleName.register(String(repeating: "x", count: 4097)) == nil)
    #expect(ArticleName.register(String(repeating: "x", count: 4096)) != nil)
  }
}
