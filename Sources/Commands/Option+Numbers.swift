extension Option where Value == Int {
  /// A whole number.
  public static func integer(
    _ name: String, default fallback: Int, in range: ClosedRange<Int> = 0...Int.max, unit: String? = nil, help: String
  ) -> Option {
    whole(name, default: fallback, in: range, unit: unit, help: help)
  }

  /// A size in bytes: `1G`, `512M`, `64K` (powers of 1024) or a plain number of bytes.
  public static func bytes(
    _ name: String, default fallback: Int = 1 << 30, in range: ClosedRange<Int> = 1...Int.max, help: String
  ) -> Option {
    let bounds = Bounds(range, minimum: Int.min, maximum: Int.max, show: byteText)
    let flag = Flag(
      name, placeholder: "SIZE",
      expectation: bounds.phrase("a size", open: "a size") + ", such as 512M or 1G",
      range: bounds.short(unit: nil), fallback: byteText(fallback), help: help)
    return Option(flag: flag, defaultValue: fallback) { words in
      words.last.flatMap(byteCount).flatMap { range.contains($0) ? $0 : nil }
    }
  }
}

extension Option where Value == Int? {
  /// A whole number, nil where the flag is not given.
  public static func integer(
    _ name: String, in range: ClosedRange<Int> = 0...Int.max, unit: String? = nil, help: String
  ) -> Option {
    Option<Int>.whole(name, default: nil, in: range, unit: unit, help: help).optional()
  }
}

extension Option where Value == UInt64 {
  /// A whole number of 64 bits without a sign, such as a seed.
  public static func unsigned(
    _ name: String, default fallback: UInt64, in range: ClosedRange<UInt64> = 0...UInt64.max, unit: String? = nil,
    help: String
  ) -> Option {
    whole(name, default: fallback, in: range, unit: unit, help: help)
  }
}

extension Option where Value == UInt64? {
  /// A whole number of 64 bits without a sign, nil where the flag is not given.
  public static func unsigned(
    _ name: String, in range: ClosedRange<UInt64> = 0...UInt64.max, unit: String? = nil, help: String
  ) -> Option {
    Option<UInt64>.whole(name, default: nil, in: range, unit: unit, help: help).optional()
  }
}

extension Option where Value == Double {
  /// A finite number. An infinite bound means none; `0.nextUp` and `1.nextDown` as bounds read "above 0" and "below 1".
  public static func real(
    _ name: String, default fallback: Double, in range: ClosedRange<Double> = -Double.infinity...Double.infinity,
    unit: String? = nil, help: String
  ) -> Option {
    number(name, default: fallback, in: range, unit: unit, help: help)
  }

  fileprivate static func number(
    _ name: String, default fallback: Double?, in range: ClosedRange<Double>, unit: String?, help: String
  ) -> Option {
    let bounds = Bounds(range)
    let flag = Flag(
      name, placeholder: "X", expectation: bounds.phrase("a number", open: "a finite number"),
      range: bounds.short(unit: unit), fallback: fallback.map(Figures.shortest), help: help)
    return Option(flag: flag, defaultValue: fallback) { words in
      guard let value = words.last.flatMap(Double.init), value.isFinite, range.contains(value) else { return nil }
      return value
    }
  }
}

extension Option where Value == Double? {
  /// A finite number, nil where the flag is not given.
  public static func real(
    _ name: String, in range: ClosedRange<Double> = -Double.infinity...Double.infinity, unit: String? = nil,
    help: String
  ) -> Option {
    Option<Double>.number(name, default: nil, in: range, unit: unit, help: help).optional()
  }
}

extension Option where Value: FixedWidthInteger {
  fileprivate static func whole(
    _ name: String, default fallback: Value?, in range: ClosedRange<Value>, unit: String?, help: String
  ) -> Option {
    let bounds = Bounds(range, minimum: Value.min, maximum: Value.max, show: { "\($0)" })
    let flag = Flag(
      name, placeholder: "N", expectation: bounds.phrase("a whole number", open: "a whole number"),
      range: bounds.short(unit: unit), fallback: fallback.map { "\($0)" }, help: help)
    return Option(flag: flag, defaultValue: fallback) { words in
      guard let value = words.last.flatMap({ Value($0) }), range.contains(value) else { return nil }
      return value
    }
  }
}

/// The number of bytes that `64K`, `512M`, `1G`, `2T` or `4096` denote.
private func byteCount(_ text: String) -> Int? {
  let shifts: [Character: Int] = ["K": 10, "M": 20, "G": 30, "T": 40]
  var digits = text.uppercased()[...]
  if digits.hasSuffix("IB") { digits = digits.dropLast(2) }
  guard let unit = digits.last, let shift = shifts[unit] else {
    return digits.count == text.count ? Int(digits) : nil
  }
  guard let number = Int(digits.dropLast()) else { return nil }
  let (bytes, overflow) = number.multipliedReportingOverflow(by: 1 << shift)
  return overflow ? nil : bytes
}

private func byteText(_ bytes: Int) -> String {
  for (unit, shift) in [("T", 40), ("G", 30), ("M", 20), ("K", 10)]
  where bytes >= 1 << shift && bytes % (1 << shift) == 0 {
    return "\(bytes >> shift)\(unit)"
  }
  return "\(bytes)"
}
