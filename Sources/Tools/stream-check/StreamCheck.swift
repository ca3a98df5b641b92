import Commands
import Failures
import Stages
import Streams
import Vectors

/// Verifies a stream to the last byte.
@main struct StreamCheck: Command {
  static let members = Option.integer(
    "members", in: 1...Int.max, help: "expect so many members: the one loss that a concatenation cannot show by itself")

  static let manual = Manual(
    name: "stream-check",
    purpose: "verify a vector stream to its last byte",
    details: """
      Every CRC, length, count, index, key and total, and the digests, as every nextvec tool does; nothing is printed where all is well. Exit 65 and one \
      line say what is wrong.
      """,
    operands: .any("FILE"),
    options: [members],
    memory: "one frame",
    example: "stream-check wiki.nvs && echo whole",
    seeAlso: ["stream-info", "stream-diff"])

  static func run(_ arguments: Arguments) throws -> ExitStatus {
    let input = try StreamInput(arguments.operands)
    let progress = Progress(arguments, unit: "rows")
    while let block = try input.next() { progress.advance(by: block.rows - block.repeated) }
    progress.finish()
    if let expected = arguments[members], input.members != expected {
      throw Failure(.badData, "expected \(expected) members, found \(input.members)", at: input.name)
    }
    return .success
  }
}
