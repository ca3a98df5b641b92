import Failures
import Sequences

/// The streams of ablated predictions that the command line names.
struct Ablations {
  static let dropOne = "drop-one"

  /// In the order on the command line.
  let streams: [(mode: String, path: String)]
  /// The modes under their names in reports, in the order on the command line, and the indices of their streams.
  let modes: [(name: String, streams: [Int])]
  /// The dropped slots in ascending order, and the index of the stream of each.
  let slots: [(slot: Int, stream: Int)]

  /// - Parameter words: `MODE=STREAM` each.
  /// - Throws: `.usage` where there is none, or where one has another form, an unknown mode or a mode given before.
  init(_ words: [String]) throws {
    guard !words.isEmpty else {
      throw Failure(.usage, "--ablated MODE=STREAM: expected at least once", hint: "see ablation-eval --help")
    }
    var streams: [(mode: String, path: String)] = []
    var known: Set<ContextAblation.Mode> = []
    var modes: [(name: String, streams: [Int])] = []
    var slots: [(slot: Int, stream: Int)] = []
    for (stream, word) in words.enumerated() {
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2, !parts[1].isEmpty, let mode = ContextAblation.Mode(parts[0]) else {
        throw Failure(
          .usage,
          "--ablated \(word): expected MODE=STREAM with a mode of shuffle, reverse, drop-one:J, repeat-last, "
            + "cross-article")
      }
      guard known.insert(mode).inserted else {
        throw Failure(.usage, "--ablated \(word): expected each mode once, found \(parts[0]) again")
      }
      var name = parts[0]
      if case .dropOne(let slot) = mode {
        name = Self.dropOne
        slots.append((slot, stream))
      }
      streams.append((parts[0], parts[1]))
      if let index = modes.firstIndex(where: { $0.name == name }) {
        modes[index].streams.append(stream)
      } else {
        modes.append((name, [stream]))
      }
    }
    self.streams = streams
    self.modes = modes
    self.slots = slots.sorted { $0.slot < $1.slot }
  }
}
