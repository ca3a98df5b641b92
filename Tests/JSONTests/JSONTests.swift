import JSON
import Testing

@Suite struct JSONTests {
  @Test(arguments: [
    "null", "true", "false", "0", "-1", "9007199254740993", "-9223372036854775808", "18446744073709551615", "0.1",
    "1e+308", "\"\"", "\"a\\\"b\\\\c\"", "\"\\u0000é€\"", "[]", "{}", "[1,[2,[3]],{\"a\":null}]",
    "{\"a\":1,\"b\":{\"c\":[true]}}",
  ])
  func textIsReadAndWrittenBack(_ text: String) throws {
    let json = try JSON(parsing: text)
    #expect(try JSON(parsing: json.text) == json)
    // Whole numbers keep all 64 bits.
    if Int64(text) != nil || UInt64(text) != nil { #expect(json.text == text) }
  }

  @Test func equalValuesGiveEqualBytes() throws {
    let (a, b) = (
      try JSON(parsing: #"{"b": 1, "a": [ 2.0 ], "c": "/"}"#), try JSON(parsing: #"{"c":"/","a":[2],"b":1}"#)
    )
    #expect(a.text == b.text && a.text == #"{"a":[2],"b":1,"c":"/"}"#)
  }

  @Test(arguments: [
    "", " ", "{", "{\"a\":}", "{a:1}", "nul", "01", "1.", "+1", "\"", "\"\\x\"", "[1] 2", "\u{FEFF}{}x",
  ])
  func whatIsNotJSONIsRejected(_ text: String) {
    #expect(throws: JSONFault.self) { try JSON(parsing: text) }
  }

  @Test func membersAreFoundByNameAndType() throws {
    let json = try JSON(
      parsing: #"{"count": 3, "share": 0.5, "name": "x", "on": true, "list": [1], "big": 18446744073709551615}"#)
    #expect(json["count"]?.int == 3 && json["count"]?.double == 3 && json["share"]?.int == nil)
    #expect(json["share"]?.double == 0.5 && json["name"]?.string == "x" && json["on"]?.bool == true)
    #expect(json["list"]?.array == [.integer(1)] && json["absent"] == nil && json["name"]?["x"] == nil)
    #expect(json["big"]?.int == nil && json["big"]?.double == 0x1p64)
  }

  @Test func figuresThatHaveNoValueAreNull() {
    #expect(JSON.figures([0.5, .nan, .infinity]).text == "[0.5,null,null]")
    #expect(JSON.figure(nil) == .null)
    #expect(JSON.number(.nan).text == "null")
  }

  @Test(arguments: [0, 1, 0xABC, UInt64.max]) func digestsHaveSixteenDigits(_ value: UInt64) {
    let json = JSON.hexadecimal(value)
    #expect(json.string?.count == 16 && json.hexadecimal == value)
    #expect(JSON.string("12").hexadecimal == nil && JSON.string("000000000000000g").hexadecimal == nil)
  }
}
