import JSON
import TestSupport
import Testing
import Vectors

/// Text that is no stream's, and text that people write by hand.
@Suite struct TextTests {
  /// Lines, the number of the faulty one, and its message.
  static let faults: [([String], Int, String)] = [
    (["hello"], 1, "expected a JSON object"), (["[1,2]"], 1, "expected a JSON object"),
    ([#"{"article":0,"chunk":0}"#], 1, "vector"), ([#"{"article":0,"chunk":0,"vector":[]}"#], 1, "0 entries"),
    ([row(0, "[1,2]"), row(1, "[1]")], 2, "1 entries; expected 2"), ([row(0, "[1e39]")], 1, ""),
    ([row(0, "[NaN]")], 1, ""),
    ([row(0, "[null]")], 1, ""), ([row(0, #"["1"]"#)], 1, ""), ([#"{"article":-1,"chunk":0,"vector":[1]}"#], 1, ""),
    ([#"{"article":1.5,"chunk":0,"vector":[1]}"#], 1, ""), ([#"{"article":1,"chunk":4294967296,"vector":[1]}"#], 1, ""),
    ([row(0, "[1]"), #"{"window":[0]}"#], 2, "the header says 0"), ([row(0, "[1]"), row(1, "[1]"), "}"], 3, ""),
  ]

  private static func row(_ chunk: Int, _ vector: String) -> String {
    #"{"article":1,"chunk":\#(chunk),"vector":\#(vector)}"#
  }

  @Test(arguments: faults) func aFaultyLineIsNamed(_ lines: [String], _ number: Int, _ words: String) throws {
    let found = try run("text-read", input: Array((lines.joined(separator: "\n") + "\n").utf8))
    #expect(found.status == 65)
    #expect(found.errorLines.first?.hasPrefix("text-read: error: stdin: line \(number): ") == true, "\(found.errors)")
    #expect(found.errors.contains(words), "\(found.errors)")
    #expect(try run("stream-check", input: found.output).errors.contains("upstream text-read failed (65)"))
  }

  @Test func textThatWasChangedIsNoticed() throws {
    let text = try run("text-write", input: Samples.windows).text
    let lines = text.split(separator: "\n").map(String.init)
    #expect(try run("text-read", input: Array(text.utf8)).status == 0)
    var changes: [[String]] = [Array(lines.dropLast()), Array(lines.dropFirst(2))]
    for index in stride(from: 2, to: lines.count - 1, by: 7) {
      var less = lines
      less.remove(at: index)
      changes.append(less)
    }
    for changed in changes {
      let found = try run("text-read", input: Array((changed.joined(separator: "\n") + "\n").utf8))
      // Without its header the text is rows alone, if no windows follow.
      #expect(found.status == 65, "\(changed.count) of \(lines.count) lines")
    }
  }

  @Test func rowsAloneMakeAStream() throws {
    let lines = [
      Self.row(0, "[1,0]"), Self.row(1, "[0.5,-1e-3]"), #"{"vector":[3,4],"chunk":7,"article":18446744073709551615}"#,
    ]
    for end in ["\n", "", "\r\n"] {
      let found = try run("text-read", input: Array((lines.joined(separator: end.isEmpty ? "\n" : end) + end).utf8))
      #expect(found.status == 0, "\(found.errors)")
      let stream = try contents(found.output)
      #expect(stream.keys.map(\.article) == [1, 1, .max])
      #expect(stream.frames.flatMap(\.vectors) == [1, 0, 0.5, -1e-3, 3, 4])
    }
  }
}
