import Failures

extension NumPyFile {
  /// No array of that name: says which there are, and which is meant most likely.
  static func missing(_ wanted: String, among names: [String]) -> Failure {
    guard !names.isEmpty else { return Failure(.badData, "no array '\(wanted)': the file has none at all") }
    if names == [""] {
      return Failure(.badData, "no array '\(wanted)': the file is a single array without a name")
    }
    let listed = names.prefix(20).joined(separator: ", ") + (names.count > 20 ? ", …" : "")
    let problem = "no array '\(wanted)': the file has \(listed)"
    let distances = names.map { ($0, editDistance(wanted.lowercased(), $0.lowercased())) }
    guard let nearest = distances.min(by: { $0.1 < $1.1 }), nearest.1 <= max(2, wanted.count / 3) else {
      return Failure(.badData, problem)
    }
    return Failure(.badData, problem, hint: "did you mean '\(nearest.0)'?")
  }

  /// Levenshtein's distance: the fewest insertions, removals and replacements of characters; names beyond 64 characters
  /// are far from everything.
  static func editDistance(_ one: String, _ other: String) -> Int {
    let (one, other) = (Array(one), Array(other))
    guard one.count <= 64, other.count <= 64 else { return .max }
    var row = Array(0...other.count)
    for (i, character) in one.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, candidate) in other.enumerated() {
        let replaced = diagonal + (character == candidate ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(replaced, row[j + 1] + 1, row[j] + 1)
      }
    }
    return row[other.count]
  }
}
