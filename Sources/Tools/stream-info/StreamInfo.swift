import Commands
import Failures
import JSON
import Stages
import Streams
import Vectors

/// Describes a stream.
@main struct StreamInfo: Command {
  static let provenance = Option.flag("provenance", help: "print the commands that rebuild the stream")

  static let manual = Manual(
    name: "stream-info",
    purpose: "describe a vector stream: header, totals, digests, provenance",
    details: """
      The stream is read and verified to its end. The digests do not depend on the order of rows or the cut into \
      frames: those of two streams add up (modulo 2^64) to that of both.
      """,
    operands: .any("FILE"),
    options: [provenance, CommonOptions.label, CommonOptions.format, CommonOptions.output],
    memory: "one frame",
    example: "npz-read wiki.npz | seq-build --ctx 5 | stream-info | jq .windows",
    seeAlso: ["stream-check", "text-write"])

  static func run(_ arguments: Arguments) throws -> ExitStatus {
    let input = try StreamInput(arguments.operands)
    try input.readAll(arguments)
    if arguments[provenance] {
      try Report.write(input.provenance.commands(from: input.writers) + "\n", arguments)
      return .success
    }
    try Report(arguments, source: input.provenance.json, fields: fields(input)).write(arguments)
    return .success
  }

  private static func fields(_ input: StreamInput) -> [(String, JSON)] {
    let header = input.header
    let roles = header.roles?.list.map { JSON.object(["name": .string($0.name), "count": .count($0.count)]) }
    return [
      ("kind", .string(header.kind.rawValue)), ("dim", .count(header.dim)), ("ordered", .bool(input.isOrdered)),
      ("roles", roles.map { .array($0) } ?? .null), ("context", header.roles.map { .count($0.context) } ?? .null),
      ("offset", header.roles == nil ? .null : .count(header.offset)),
      ("members", .count(input.members)), ("frames", .count(input.totals.frames)), ("rows", .count(input.totals.rows)),
      ("windows", .count(input.totals.windows)), ("row_digest", .hexadecimal(input.totals.rowDigest)),
      ("window_digest", .hexadecimal(input.totals.windowDigest)),
      ("counts", .object(input.counts.mapValues { .count($0) })), ("metadata", .object(header.metadata)),
    ]
  }
}
