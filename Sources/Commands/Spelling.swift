/// Guesses what a mistyped word was meant to be.
enum Spelling {
  /// The name that a mistyped one most likely means: one at most two edits away (a letter missing, added or
  /// changed, or two swapped), else the shortest name that `typed` is a prefix of; nil where there is neither.
  static func nearest(to typed: String, among names: [String]) -> String? {
    let distances = names.map { (name: $0, edits: distance(typed, $0)) }
    let close = distances.filter { $0.edits <= 2 && $0.edits < min($0.name.count, typed.count) }
    if let best = close.min(by: { $0.edits < $1.edits }) { return best.name }
    guard typed.count >= 2 else { return nil }
    return names.filter { $0.hasPrefix(typed) }.min { $0.count < $1.count }
  }

  /// The Damerau–Levenshtein distance of two words where no letter is edited twice (optimal string alignment).
  private static func distance(_ first: String, _ second: String) -> Int {
    let left = Array(first.unicodeScalars)
    let right = Array(second.unicodeScalars)
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for row in left.indices {
      var current = [row + 1]
      for column in right.indices {
        let change = last[column] + (left[row] == right[column] ? 0 : 1)
        var best = min(change, last[column + 1] + 1, current[column] + 1)
        if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
          best = min(best, beforeLast[column - 1] + 1)
        }
        current.append(best)
      }
      beforeLast = last
      last = current
    }
    return last[right.count]
  }
}
