import Commands
import Testing

@Test func rangesAreSortedAndMerged() {
  #expect(Ranges(parsing: "7,1-3,4,2-2,9-10")?.description == "1-4,7,9-10")
  #expect(Ranges(parsing: "5-9,1-7")?.description == "1-9")
  #expect(Ranges(parsing: "0-18446744073709551615,5")?.description == "0-18446744073709551615")
  #expect(Ranges([]).isEmpty)
}

@Test func membershipAgreesWithTheRangesOneByOne() throws {
  let ranges = try #require(Ranges(parsing: "3-5,8,20-29,31,18446744073709551615"))
  for number in UInt64(0)...40 {
    #expect(
      ranges.contains(number) == ((3...5).contains(number) || number == 8 || (20...29).contains(number) || number == 31)
    )
  }
  #expect(ranges.contains(UInt64.max) && !ranges.contains(UInt64.max - 1))
  #expect(!Ranges([]).contains(0))
}

@Test(arguments: ["", ",", "1,", "1-", "-1", "5-3", "1-2-3", "a", "+1", " 1", "1.5", "18446744073709551616"])
func invalidRangesAreRejected(text: String) {
  #expect(Ranges(parsing: text) == nil)
}

@Test(arguments: ["", "train", "train=", "=1", "a=0.5,a=0.5", "a=0.5,b=0.6", "a=-1,b=2", "a=nan", "a=1,b=0", "a=1="])
func invalidSharesAreRejected(text: String) {
  #expect(Share.parse(text) == nil)
}

@Test func roundedThirdsMakeAWhole() {
  #expect(Share.parse("a=0.333333,b=0.333333,c=0.333334")?.map(\.name) == ["a", "b", "c"])
}

@Test func namesStandForNumbers() throws {
  let number: (String) -> UInt64 = { UInt64(100 + $0.count) }
  func parse(_ text: String) -> String? { Ranges(parsing: text, naming: number)?.description }
  #expect(parse("doc,1-3") == "1-3,103")
  #expect(parse(#"a\,b,3\-5"#) == "103")
  #expect(parse(#"\7"#) == "101")
  #expect(parse("a-b") == "103")
  for text in ["", "1,,2", "9-3", "a,", "1-2-3", "-"] { #expect(parse(text) == nil, "\(text)") }
  // Without names there are none.
  #expect(Ranges(parsing: "doc") == nil && Ranges(parsing: #"\7"#) == nil)
}
