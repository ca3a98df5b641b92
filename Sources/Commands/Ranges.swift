/// A set of whole numbers, written `1-1499,2000-3999,7`: ranges with both ends included. Names may stand among them where
/// they have numbers: `7,doc01`.
public struct Ranges: Hashable, Sendable, CustomStringConvertible {
  /// The ranges in ascending order; they neither overlap nor touch.
  public let ranges: [ClosedRange<UInt64>]

  /// The union of ranges, in any order.
  public init(_ ranges: [ClosedRange<UInt64>]) {
    var merged: [ClosedRange<UInt64>] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      guard let last = merged.last, range.lowerBound <= last.upperBound || range.lowerBound - 1 == last.upperBound
      else {
        merged.append(range)
        continue
      }
      merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
    }
    self.ranges = merged
  }

  /// Parses `1-1499,2000-3999,7`; nil where the text is not a list of numbers and ascending ranges.
  ///
  /// - Parameter number: the number of a name; nil where there are no names. A backslash makes the character after it
  ///   part of a name: `a\,b`, `3\-5`.
  public init?(parsing text: String, naming number: ((String) -> UInt64)? = nil) {
    var ranges: [ClosedRange<UInt64>] = []
    for (word, isEscaped) in Ranges.words(text, escapes: number != nil) {
      if let number, isEscaped || !word.utf8.allSatisfy({ (48...57).contains($0) || $0 == 45 }), !word.isEmpty {
        ranges.append(number(word)...number(word))
        continue
      }
      let ends = word.split(separator: "-", omittingEmptySubsequences: false).map(Ranges.number)
      guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2, first <= last else {
        return nil
      }
      ranges.append(first...last)
    }
    self.init(ranges)
  }

  /// The words between commas, and whether a backslash occurs in them.
  private static func words(_ text: String, escapes: Bool) -> [(text: String, isEscaped: Bool)] {
    var words = [(text: "", isEscaped: false)]
    var isEscaped = false
    for character in text {
      let last = words.count - 1
      if isEscaped {
        words[last].text.append(character)
        isEscaped = false
      } else if character == "\\" && escapes {
        isEscaped = true
        words[last].isEscaped = true
      } else if character == "," {
        words.append(("", false))
      } else {
        words[last].text.append(character)
      }
    }
    return words
  }

  /// Digits alone, without a sign.
  private static func number(_ text: Substring) -> UInt64? {
    text.utf8.allSatisfy { (48...57).contains($0) } ? UInt64(text) : nil
  }

  /// Whether `number` is in one of the ranges, in logarithmic time.
  public func contains(_ number: UInt64) -> Bool {
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound < number { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count && ranges[low].lowerBound <= number
  }

  /// Whether the set holds no number.
  public var isEmpty: Bool { ranges.isEmpty }

  /// The set as it is written: `1-1499,7`.
  public var description: String {
    ranges.map { $0.lowerBound == $0.upperBound ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
      .joined(separator: ",")
  }
}

extension Option where Value == Ranges? {
  /// A set of whole numbers such as `1-1499,2000-3999,7`; nil where the flag is not given.
  ///
  /// - Parameter number: the number of a name, where names may stand for numbers.
  public static func ranges(
    _ name: String, help: String, naming number: (@Sendable (String) -> UInt64)? = nil
  ) -> Option {
    let names = number == nil ? "" : ", or names of articles"
    return custom(
      name, placeholder: "RANGES",
      expectation: "ranges such as 1-1499,2000-3999,7 (low-high, both ends included)\(names)", help: help,
      read: { Ranges(parsing: $0, naming: number) })
  }
}
