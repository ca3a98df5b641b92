/// The range of an option's value in words.
struct Bounds {
  /// Nil where the value has no lower bound but its type's.
  private let lower: String?
  private let upper: String?
  /// The lower bound itself is not allowed: "above 0".
  private let isAbove: Bool

  init<Value: Comparable>(_ range: ClosedRange<Value>, least: Value, most: Value, show: (Value) -> String) {
    isAbove = (range.lowerBound as? Double) == Double.leastNonzeroMagnitude
    lower = range.lowerBound == least ? nil : isAbove ? "0" : show(range.lowerBound)
    upper = range.upperBound == most ? nil : show(range.upperBound)
  }

  /// "a whole number from 1 to 512"; `open` where there are no bounds.
  func phrase(_ noun: String, open: String) -> String {
    switch (lower, upper) {
    case (let lower?, let upper?): isAbove ? "\(noun) above \(lower) and up to \(upper)" : "\(noun) from \(lower) to \(upper)"
    case (let lower?, nil): isAbove ? "\(noun) above \(lower)" : "\(noun) of at least \(lower)"
    case (nil, let upper?): "\(noun) of at most \(upper)"
    case (nil, nil): open
    }
  }

  /// "1 to 512", as `--help` says it.
  var short: String? {
    switch (lower, upper) {
    case (let lower?, let upper?): isAbove ? "above \(lower), up to \(upper)" : "\(lower) to \(upper)"
    case (let lower?, nil): isAbove ? "above \(lower)" : "\(lower) or more"
    case (nil, let upper?): "at most \(upper)"
    case (nil, nil): nil
    }
  }

  /// "1 to 512 chunks"; the unit alone where there are no bounds.
  func short(unit: String?) -> String? {
    guard let unit else { return short }
    guard let short else { return unit }
    return "\(short) \(unit)"
  }
}
