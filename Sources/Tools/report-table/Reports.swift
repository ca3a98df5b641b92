import Commands
import Failures
import JSON

/// Report lines, and their fields by path.
struct Reports {
  let lines: [JSON]

  init(_ lines: [JSON]) { self.lines = lines }

  /// The lines of a tool.
  ///
  /// - Parameters:
  ///   - label: of the data; nil for any.
  ///   - ofPredictors: whether the lines are those that pipelines/calibrate names by `predictor`; nil for both.
  func of(_ tool: String, label: String? = nil, ofPredictors: Bool? = nil) -> [JSON] {
    lines.filter { line in
      line["tool"]?.string == tool && (label == nil || line["label"]?.string == label)
        && (ofPredictors == nil || (line["predictor"]?.string != nil) == ofPredictors)
    }
  }

  /// The first line of a tool.
  ///
  /// - Throws: `Failure` `.badData` if there is none.
  func one(_ tool: String, label: String? = nil, ofPredictors: Bool? = nil) throws -> JSON {
    guard let line = of(tool, label: label, ofPredictors: ofPredictors).first else {
      throw Failure(.badData, "expected a report of \(tool)\(label.map { " with the label \($0)" } ?? ""), found none")
    }
    return line
  }
}

extension JSON {
  /// The number at a path of keys.
  ///
  /// - Throws: `Failure` `.badData` with the path if there is none.
  func number(_ path: String...) throws -> Double {
    guard let value = path.reduce(self as JSON?, { $0?[$1] })?.double else { throw missing(path, "a number") }
    return value
  }

  /// The whole number of a field.
  ///
  /// - Throws: `Failure` `.badData` if there is none.
  func count(_ field: String) throws -> Int {
    guard let value = self[field]?.int else { throw missing([field], "a whole number") }
    return value
  }

  /// The truth value at a path of keys.
  ///
  /// - Throws: `Failure` `.badData` with the path if there is none.
  func truth(_ path: String...) throws -> Bool {
    guard let value = path.reduce(self as JSON?, { $0?[$1] })?.bool else { throw missing(path, "true or false") }
    return value
  }

  /// The text at a path of keys.
  ///
  /// - Throws: `Failure` `.badData` with the path if there is none.
  func text(_ path: String...) throws -> String {
    guard let value = path.reduce(self as JSON?, { $0?[$1] })?.string else { throw missing(path, "text") }
    return value
  }

  private func missing(_ path: [String], _ expected: String) -> Failure {
    let tool = self["tool"]?.string ?? self["event"]?.string ?? "report"
    return Failure(.badData, "expected \(expected)", at: "\(tool): \(path.joined(separator: "."))")
  }
}

/// A cosine in a sentence: three decimals.
func cosine(_ value: Double) -> String { Figures.fixed(value, places: 3) }
