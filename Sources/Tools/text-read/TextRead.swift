import Commands
import Failures
import Stages
import Streams
import Vectors

/// The text twin → stream.
@main struct TextRead: Command {
  static let manual = Manual(
    name: "text-read",
    purpose: "read JSON Lines, as text-write writes them, into a stream",
    details: """
      Rows alone make a chunk stream too: {"article":0,"chunk":0,"vector":[0.5,1]}, one a line. Text that begins with \
      a header line must close with its end line, whose totals and digests are verified: leave header, frames and end \
      out of text that you have changed. With --flush every row without a frame of its own goes out at once.
      """,
    operands: .optional("FILE"),
    options: [CommonOptions.output, CommonOptions.flush],
    memory: "one frame",
    example: "text-write < a.nvs | jq -c 'select(.vector and .article != 7)' | text-read > b.nvs",
    seeAlso: ["text-write", "npz-read"])

  static func run(_ arguments: Arguments) throws -> ExitStatus {
    var source = try Source(arguments)
    let input = try LineInput(arguments.operands.first)
    let reader = TextReader(rowsPerFrame: arguments[CommonOptions.flush] ? 1 : nil)
    try at(input.name) {
      while let line = try input.next() {
        try reader.add(line) {
          try source.continue($0)
        } emit: {
          try source.write($0)
        }
      }
      try reader.finish(written: { source.totals }, emit: { try source.write($0) })
    }
    try source.finish(upstream: reader.counts, provenance: reader.provenance)
    return .success
  }
}
