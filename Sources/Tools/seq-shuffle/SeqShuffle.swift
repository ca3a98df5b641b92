import Commands
import Failures
import Sequences
import Stages
import Streams
import Vectors

/// Windows → the same windows in a seeded random order.
@main struct SeqShuffle: Command {
  static let memory = Option.bytes(
    "memory", help: "hold so much; beyond it rows go to an unnamed temporary file in TMPDIR")

  static let manual = Manual(
    name: "seq-shuffle",
    purpose: "put windows into a seeded random order",
    details: """
      Every order is equally likely, over the whole stream. The windows are the same, with their weights: the window \
      digest does not change. The order depends on the seed and the windows alone, not on frames, --memory or the \
      machine. It begins to write once it has read and verified all of its input.

      A frame holds each row that its windows name once; frames share no rows, so a row that windows of several frames \
      name is written several times. That makes a stream of windows that overlap larger, up to as many rows as there \
      are slots in all windows. Rows that no window names are left out and counted.
      """,
    operands: .any("FILE"),
    options: [memory, CommonOptions.seed, CommonOptions.output],
    memory:
      "--memory in all, and one frame; but never less than 4 bytes for each slot of each window and 4 for the window",
    example: "npz-read wiki.npz | seq-build --ctx 5 | seq-shuffle --seed 1 -o shuffled.nvs",
    seeAlso: ["seq-build", "stream-diff", "npz-write"])

  static func run(_ arguments: Arguments) throws -> ExitStatus {
    let filter = try Filter(arguments, seed: arguments.seed)
    try filter.input.expect(.windows)
    let header = filter.input.header
    let shuffle = WindowShuffle(
      dim: header.dim, slots: header.slots, seed: arguments.seed, memory: arguments[memory])
    try filter.run { header in
      header.ordered = false
    } each: { block, _ in
      do {
        try shuffle.add(block)
      } catch let failure as Failure where failure.status == .badData {
        throw failure.at(filter.input.name)
      }
      return true
    } finish: { writer in
      try shuffle.finish { try writer.write($0) }
      return ["unused_rows": shuffle.unusedRows]
    }
    return .success
  }
}
