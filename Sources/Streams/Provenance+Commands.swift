internal import JSON

extension Provenance {
  /// A command line for sh that rebuilds the streams of the given stages, by running every stage on what its parents
  /// give.
  ///
  /// - Parameter ids: stages of this provenance, in the order of their streams.
  public func commands(from ids: [String]) -> String {
    var stages: [String: JSON] = [:]
    for entry in entries { entry["id"]?.string.map { stages[$0] = entry } }
    return Self.together(ids.compactMap { Self.command($0, stages, depth: 0) })
  }

  private static func command(_ id: String, _ stages: [String: JSON], depth: Int) -> String? {
    // Parents come before their children, so the graph has no cycle; depth only bounds what a hostile header can cost.
    guard let stage = stages[id], depth < 100 else { return nil }
    let words = [stage["tool"]?.string ?? "?"] + (stage["arguments"]?.array ?? []).map { $0.string ?? "?" }
    let line = words.map(quoted).joined(separator: " ")
    let parents = (stage["parents"]?.array ?? []).compactMap {
      $0.string.flatMap { command($0, stages, depth: depth + 1) }
    }
    return parents.isEmpty ? line : "\(together(parents)) | \(line)"
  }

  /// Streams one after the other: `{ a; b; }`.
  private static func together(_ commands: [String]) -> String {
    commands.count == 1 ? commands[0] : commands.isEmpty ? ":" : "{ " + commands.map { $0 + "; " }.joined() + "}"
  }

  /// A word as sh reads it back.
  private static func quoted(_ word: String) -> String {
    let plain = word.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
        UInt8(ascii: "/"),
        UInt8(ascii: ","), UInt8(ascii: "="), UInt8(ascii: ":"), UInt8(ascii: "+"):
        true
      default: false
      }
    }
    if plain && !word.isEmpty { return word }
    return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }
}
