import Commands
import Failures
import Stages
import Streams
import Vectors

/// Verifies a stream to the last byte.
@main struct StreamCheck: Command {
  static let manual = Manual(
    name: "stream-check",
    purpose: "verify a vector stream to its last byte",
    details: """
      Every CRC, length, count, index, key and total, and the digests, as every nextvec tool does; nothing is printed \
      where all is well. Exit 65 and one line say what is wrong.
      """,
    operands: .any("FILE"),
    options: [CommonOptions.members],
    memory: "one frame",
    example: "stream-check wiki.nvs && echo whole",
    seeAlso: ["stream-info", "stream-diff"])

  static func run(_ arguments: Arguments) throws -> ExitStatus {
    let input = try StreamInput(arguments.operands)
    try input.readAll(arguments)
    try input.expect(members: arguments[CommonOptions.members])
    return .success
  }
}
