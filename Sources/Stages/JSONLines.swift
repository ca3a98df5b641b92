internal import Descriptors
internal import Failures
public import JSON

/// Files of JSON Lines: reports and training lines, one object a line.
public enum JSONLines {
  /// Calls `body` with the object of each line that is not blank.
  ///
  /// - Parameters:
  ///   - path: a file; `-` for standard input.
  ///   - body: what it throws gets the place of the line.
  /// - Throws: `Failure` `.badData` if a line is not a JSON object; `.cannotOpen` and `.inputOutput`.
  public static func forEach(in path: String, _ body: (JSON) throws -> Void) throws {
    let input = try LineInput(path)
    try at(input.name) {
      var number = 0
      while let line = try input.next() {
        number += 1
        guard line.contains(where: { $0 > 0x20 }) else { continue }
        try at("line \(number)") {
          guard let object = try? JSON(parsing: line), object.object != nil else {
            throw (number == 1 ? FileFormat.failure(of: line, expected: "reports", .json) : nil)
              ?? Failure(.badData, "expected a report, one JSON object on a line")
          }
          try body(object)
        }
      }
    }
  }

  /// The object of the last line; nil if the file has none.
  ///
  /// - Throws: as `forEach`.
  public static func last(of path: String) throws -> JSON? {
    var last: JSON?
    try forEach(in: path) { last = $0 }
    return last
  }
}
