import Commands
import Failures
import Sequences
import Stages
import Streams
import Vectors

/// The first windows of a stream, or rows where there are none.
@main struct StreamHead: Command {
  static let count = Option.integer(
    "count", default: 10, in: 0...Int.max, unit: "windows", help: "windows to pass; rows, where there are no windows"
  ).letter("n")

  static let manual = Manual(
    name: "stream-head",
    purpose: "pass the first windows of a stream, or rows where it has none",
    details: """
      Of windows, the rows that the windows need pass with them. What follows is not read: the stages before end \
      quietly, as they do for `head`.
      """,
    operands: .any("FILE"),
    options: [count, CommonOptions.output],
    memory: "one frame",
    example: "npz-read wiki.npz | stream-head -n 3 | text-write",
    seeAlso: ["stream-cat", "text-write"])

  static func run(_ arguments: Arguments) throws -> ExitStatus {
    let filter = try Filter(arguments)
    let hasWindows = filter.input.header.kind == .windows
    var rows = RowFilter()
    var left = arguments[count]
    try filter.run(each: { block, writer in
      let unit = hasWindows ? block.windows : block.rows
      if left >= unit {
        try writer.write(block)
      } else if hasWindows {
        try head(of: block, windows: left, &rows, writer)
      } else {
        try writer.write(block.rows(0..<left))
      }
      left -= min(left, unit)
      return left > 0
    })
    return .success
  }

  /// Passes the block's first windows and the rows they name.
  private static func head(
    of block: VectorBlock, windows: Int, _ rows: inout RowFilter, _ writer: StreamWriter
  ) throws {
    var needed = [Bool](repeating: false, count: block.rows)
    for index in block.indices[..<(windows * block.slots)] { needed[Int(index)] = true }
    try rows.apply(to: block, keepsRow: { $0 < block.repeated || needed[$0] }, keepsWindow: { $0 < windows }) { rest in
      try writer.write(rest.runs, indices: rest.indices, repeated: rest.repeated, weights: rest.weights)
    }
  }
}
