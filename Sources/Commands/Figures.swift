import Glibc

/// Numbers as people read them.
public enum Figures {
  /// The shortest text that reads back as the same number, without a needless `.0`: 0.08, 5, 1e-06.
  public static func shortest(_ value: Double) -> String {
    let text = "\(value)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// The shortest text of a number rounded to four significant digits: 0.0005, 9.755e-05.
  public static func brief(_ value: Double) -> String { shortest(Double(format("%.4g", value)) ?? value) }

  /// Four to six significant digits: 0.4012, 12.3457, 123.457, 0.01235, 1.235e-05.
  static func rounded(_ value: Double) -> String {
    guard value.isFinite else { return "-" }
    let size = value.magnitude
    if value == 0 { return "0" }
    if size < 0.1 { return format("%.4g", value) }
    return size < 100 ? format("%.4f", value) : format("%.6g", value)
  }

  /// A number rounded to so many decimals, without trailing zeros: 0.388, -0.1619; a dash for nil.
  public static func decimal(_ value: Double?, places: Int) -> String {
    guard let value, value.isFinite else { return "-" }
    let scale = (0..<places).reduce(1.0) { power, _ in power * 10 }
    return shortest((value * scale).rounded() / scale)
  }

  /// A number with exactly so many decimals: 0.3880, -0.1619; a dash for nil.
  public static func fixed(_ value: Double?, places: Int) -> String {
    guard let value, value.isFinite else { return "-" }
    // A negative number that rounds to zero has no sign.
    let text = format("%.\(places)f", value)
    return text.hasPrefix("-") && !text.contains { ("1"..."9").contains($0) } ? String(text.dropFirst()) : text
  }

  /// Three significant digits with a decimal prefix: 950, 1.23 k, 12.3 M.
  static func scaled(_ value: Double) -> String {
    var value = value
    for prefix in ["", " k", " M", " G"] {
      if value < 999.5 { return format(value < 9.995 ? "%.2f" : value < 99.95 ? "%.1f" : "%.0f", value) + prefix }
      value /= 1000
    }
    return format("%.0f", value) + " T"
  }

  /// 0.1 s, 2 min 05 s, 1 h 02 min.
  static func duration(_ seconds: Double) -> String {
    if seconds < 59.95 { return format("%.1f", seconds) + " s" }
    guard let whole = Int(exactly: seconds.rounded()) else { return "-" }
    let (minutes, hours) = (whole / 60 % 60, whole / 3600)
    return hours > 0 ? "\(hours) h \(twoDigits(minutes)) min" : "\(minutes) min \(twoDigits(whole % 60)) s"
  }

  private static func twoDigits(_ number: Int) -> String {
    number < 10 ? "0\(number)" : "\(number)"
  }

  /// One number in a format of printf(3), at most 63 characters long.
  static func format(_ format: String, _ value: Double) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
      guard let base = buffer.baseAddress else { return "" }
      let count = withVaList([value]) { vsnprintf(base, 64, format, $0) }
      guard count > 0, count < 64 else { return shortest(value) }
      return String(decoding: UnsafeRawBufferPointer(start: base, count: Int(count)), as: UTF8.self)
    }
  }
}
