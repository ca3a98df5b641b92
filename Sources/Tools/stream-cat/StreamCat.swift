import Commands
import Failures
import Stages
import Streams
import Vectors

/// Merges streams into one of a single member.
@main struct StreamCat: Command {
  static let manual = Manual(
    name: "stream-cat",
    purpose: "merge the members of streams, or several files, into one member",
    details: """
      `cat` does as much for the next filter; stream-cat verifies every byte, joins provenance and counts, and rejects \
      streams that do not go together. Where the order of articles breaks between two files, a new member begins. \
      After several writers on one pipe, --members checks whether each of them arrived.
      """,
    operands: .any("FILE"),
    options: [CommonOptions.members, CommonOptions.output],
    memory: "one frame",
    example: "stream-cat --members 8 shards/*.nvs -o wiki.nvs",
    seeAlso: ["stream-split", "stream-check", "stream-info"])

  static func run(_ arguments: Arguments) throws -> ExitStatus {
    let filter = try Filter(arguments)
    try filter.run(
      each: { block, writer in
        try writer.write(block)
        return true
      },
      finish: { _ in
        try filter.input.expect(members: arguments[CommonOptions.members])
        return [:]
      })
    return .success
  }
}
