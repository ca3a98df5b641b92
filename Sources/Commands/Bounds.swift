/// The range of an option's value in words.
struct Bounds {
  /// One end: its text, and whether the end itself is allowed.
  private typealias End = (text: String, isIncluded: Bool)
  /// Nil where only the type limits the value.
  private let lower: End?
  private let upper: End?

  init<Value: Comparable>(_ range: ClosedRange<Value>, minimum: Value, maximum: Value, show: (Value) -> String) {
    lower = range.lowerBound == minimum ? nil : (show(range.lowerBound), true)
    upper = range.upperBound == maximum ? nil : (show(range.upperBound), true)
  }

  /// A bound one step from a whole number excludes that number: `0.nextUp...1.nextDown` is above 0 and below 1.
  init(_ range: ClosedRange<Double>) {
    func end(_ bound: Double, beside: Double) -> End? {
      guard bound.isFinite else { return nil }
      let isExcluding = bound != bound.rounded() && beside == beside.rounded()
      return (Figures.shortest(isExcluding ? beside : bound), !isExcluding)
    }
    lower = end(range.lowerBound, beside: range.lowerBound.nextDown)
    upper = end(range.upperBound, beside: range.upperBound.nextUp)
  }

  /// "a whole number from 1 to 512", with `noun` at its front; `open` where there are no bounds.
  func phrase(_ noun: String, open: String) -> String {
    if let lower, let upper, lower.isIncluded, upper.isIncluded { return "\(noun) from \(lower.text) to \(upper.text)" }
    let ends = [
      lower.map { ($0.isIncluded ? "of at least " : "above ") + $0.text },
      upper.map { ($0.isIncluded ? "of at most " : "below ") + $0.text },
    ].compactMap { $0 }
    return ends.isEmpty ? open : "\(noun) \(ends.joined(separator: " and "))"
  }

  /// "1 to 512 chunks", as `--help` prints it; the unit alone where there are no bounds, nil where there is neither.
  func short(unit: String?) -> String? {
    let unit = unit.map { " \($0)" } ?? ""
    if let lower, let upper, lower.isIncluded, upper.isIncluded { return "\(lower.text) to \(upper.text)\(unit)" }
    let ends = [
      lower.map { ($0.isIncluded ? "at least " : "above ") + $0.text },
      upper.map { ($0.isIncluded ? "at most " : "below ") + $0.text },
    ].compactMap { $0 }
    if ends.isEmpty { return unit.isEmpty ? nil : String(unit.dropFirst()) }
    return ends.joined(separator: ", ") + unit
  }
}
