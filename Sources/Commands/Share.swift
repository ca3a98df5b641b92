/// One part of a whole, as `train=0.8` in `train=0.8,val=0.1,ood=0.1`.
public struct Share: Hashable, Sendable {
  /// The part's name, not empty.
  public var name: String
  /// Above 0, at most 1.
  public var fraction: Double

  /// A named part.
  public init(name: String, fraction: Double) {
    self.name = name
    self.fraction = fraction
  }

  /// Parses the parts of a whole, in the order written; nil unless the names differ and the fractions add up to 1
  /// (within a millionth, so that thirds may be rounded).
  public static func parse(_ text: String) -> [Share]? {
    var shares: [Share] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let sides = part.split(separator: "=", omittingEmptySubsequences: false)
      guard sides.count == 2, !sides[0].isEmpty, let fraction = Double(String(sides[1])), fraction > 0, fraction <= 1
      else { return nil }
      shares.append(Share(name: String(sides[0]), fraction: fraction))
    }
    let total = shares.reduce(0) { $0 + $1.fraction }
    guard Set(shares.map(\.name)).count == shares.count, (total - 1).magnitude <= 1e-6 else { return nil }
    return shares
  }
}

extension Option where Value == [Share]? {
  /// Named parts of a whole, `train=0.8,val=0.1,ood=0.1`; nil where the flag is not given.
  public static func fractions(_ name: String, help: String) -> Option {
    custom(
      name, placeholder: "SHARES", expectation: "shares that add up to 1, such as train=0.8,val=0.1,ood=0.1",
      help: help,
      read: { Share.parse($0) })
  }
}
