import Commands
import Failures
import Stages
import Streams
import Vectors

/// Stream → its text twin.
@main struct TextWrite: Command {
  static let manual = Manual(
    name: "text-write",
    purpose: "write a stream as JSON Lines, exact to the last bit",
    details: """
      One line for the header, each frame, row and window, and the end. Every number is the shortest that reads back \
      to the same bits; text-read makes the same stream of it again.

       {"article":3,"chunk":0,"vector":[0.25,-1.5]}
       {"window":[0,1,2,3,4,5]}    rows of the frame, repeated ones counted
      """,
    operands: .any("FILE"),
    options: [CommonOptions.output],
    memory: "one frame and its text",
    example:
      "npz-read wiki.npz | stream-head -n 3 | text-write | jq -c 'select(.vector) | [.article, .chunk, .vector[0]]'",
    seeAlso: ["text-read", "stream-info"])

  static func run(_ arguments: Arguments) throws -> ExitStatus {
    let file = try arguments.outputPath.map { try OutputFile($0) }
    let input = try StreamInput(arguments.operands)
    func write(_ text: String) throws {
      if let file { try file.write(text) } else { try StandardOutput.write(text) }
    }
    try write(StreamText.line(input.header))
    let progress = Progress(arguments, unit: "rows")
    while let block = try input.next() {
      var text = ""
      StreamText.append(block, kind: input.header.kind, to: &text)
      try write(text)
      progress.advance(by: block.rows - block.repeated)
    }
    progress.finish()
    let grown = input.provenance == input.header.provenance ? nil : input.provenance
    try write(StreamText.line(input.totals, counts: input.counts, provenance: grown))
    try file?.commit()
    return .success
  }
}
