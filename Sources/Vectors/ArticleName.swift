internal import Synchronization

/// The numbers of articles that have names: the same number for the same name in every file and stream.
///
/// A plain decimal number below 2^63, without a sign or leading zeros, is that number. Any other name gets a number from
/// 2^63 on, by a hash that docs/stream-format.md defines.
public enum ArticleName {
  /// The longest name, in bytes of UTF-8.
  public static let maximumLength = 4096

  /// The names that this process has read, by number.
  private static let known = Mutex<[UInt64: String]>([:])

  /// The number of an article of that name.
  public static func number(_ name: String) -> UInt64 {
    decimal(name) ?? hash(name) | 1 << 63
  }

  /// The number that the name is; nil for any other name.
  private static func decimal(_ name: String) -> UInt64? {
    guard name.utf8.allSatisfy({ (48...57).contains($0) }), name == "0" || name.utf8.first != 48 else { return nil }
    return UInt64(name).flatMap { $0 < 1 << 63 ? $0 : nil }
  }

  private static func hash(_ name: String) -> UInt64 {
    var state = mixed(UInt64(name.utf8.count))
    var word: UInt64 = 0
    var shift: UInt64 = 0
    for byte in name.utf8 {
      word |= UInt64(byte) << shift
      shift += 8
      guard shift == 64 else { continue }
      state = mixed(state ^ word)
      (word, shift) = (0, 0)
    }
    return shift == 0 ? state : mixed(state ^ word)
  }

  /// Keeps a name, to be shown and written wherever its number occurs.
  ///
  /// - Returns: its number; nil where another name has the same, or the name is too long.
  public static func register(_ name: String) -> UInt64? {
    let number = number(name)
    guard name.utf8.count <= maximumLength else { return nil }
    guard number >= 1 << 63 else { return number }
    return known.withLock { known in
      if let other = known[number], other != name { return nil }
      known[number] = name
      return number
    }
  }

  /// The name of a number that this process has read; nil where the number is all that is known.
  public static func name(of number: UInt64) -> String? {
    guard number >= 1 << 63 else { return nil }
    return known.withLock { $0[number] }
  }

  /// The name, else the number.
  public static func text(of number: UInt64) -> String { name(of: number) ?? "\(number)" }
}
