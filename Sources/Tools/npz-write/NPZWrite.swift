import Commands
import Failures
import Formats
import Stages
import Streams
import Vectors

/// Stream → .npz.
@main struct NPZWrite: Command {
  static let compress = Option.flag("compress", help: "deflate the arrays")

  static let manual = Manual(
    name: "npz-write",
    purpose: "write a stream to an .npz file that numpy.load and npz-read read",
    details: """
      Chunks become vectors, article_indices and chunk_indices; windows contexts, targets, article_ids, target_indices \
      and target_offset, and what else they have of previous, negatives (with negative_indices), futures and weights; \
      predictions become predictions, article_ids, target_indices and steps. The file is written whole or not at all. \
      Stored arrays begin at multiples of 64 bytes.
      """,
    operands: .required(["FILE"]),
    options: [compress],
    memory: "16 bytes a row or window; targets of windows pass through a temporary file",
    example: "npz-read wiki.npz | seq-build --ctx 5 --offset 2 | npz-write windows.npz",
    seeAlso: ["npz-read", "text-write"])

  static func run(_ arguments: Arguments) throws -> ExitStatus {
    let path = arguments.operands[0]
    guard path != "-" else {
      throw Failure(.usage, "-: expected the name of a file: an .npz is not written front to back")
    }
    let file = try OutputFile(path)
    let input = try StreamInput()
    let writer = try TableWriter(
      descriptor: file.descriptor, name: path, dim: input.header.dim, content: content(input.header),
      compress: arguments[compress])
    let progress = Progress(arguments, unit: "rows")
    while let block = try input.next() {
      try writer.append(block)
      progress.advance(by: block.rows - block.repeated)
    }
    try writer.finish()
    progress.finish()
    try file.commit()
    return .success
  }

  private static func content(_ header: StreamHeader) -> TableWriter.Content {
    switch header.kind {
    case .chunks: .chunks
    case .predictions: .predictions
    case .windows: header.roles.map { .windows($0, offset: header.offset) } ?? .chunks
    }
  }
}
