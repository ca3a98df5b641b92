import Regression

/// What `--penalty` says.
enum Penalty: Sendable {
  case fixed(Double)
  case automatic

  /// - Returns: nil where the word is neither a number from 0 to 1e9 nor `auto`.
  init?(_ word: String) {
    if word == "auto" {
      self = .automatic
      return
    }
    guard let value = Double(word), (0...1e9).contains(value) else { return nil }
    self = .fixed(value)
  }
}

/// The penalty that was used.
struct FoundPenalty {
  /// Nil where the predictor has none.
  let value: Double?
  /// Nil where the penalty was given.
  let search: PenaltySearch?
}
