import Commands
import Descriptors
import Failures
import Formats
import JSON
import Stages
import Streams
import Vectors

/// .npz or .npy → stream.
@main struct NPZRead: Command {
  static let vectors = Option.text(
    "vectors", placeholder: "KEY", help: "array of chunks (default: vectors, embeddings, X)")
  static let articles = Option.text(
    "articles", placeholder: "KEY", help: "array of article numbers (default: article_indices, article_ids)")
  static let chunks = Option.text(
    "chunks", placeholder: "KEY",
    help: "array of chunk numbers (default: chunk_indices, seq_idx, else the place in the article)")
  static let contexts = Option.text(
    "contexts", placeholder: "KEY",
    help: "3-D array of contexts (default: contexts, context, X, context_sequences, ...)")
  static let targets = Option.text(
    "targets", placeholder: "KEY", help: "array of targets (default: targets, target, y, target_vectors, ...)")
  static let offset = Option.integer(
    "offset", in: 1...10_000, unit: "chunks",
    help: "of windows: how far after the context the targets lie (default: what the file says, else 1)")
  static let only = Option.ranges(
    "only", help: "read these articles alone, by number or name: 1-1499,7,doc01", naming: ArticleName.number)
  static let exclude = Option.ranges(
    "exclude", help: "read all but these articles, by number or name: 1-1499,7,doc01", naming: ArticleName.number)
  static let limit = Option.integer(
    "limit", in: 0...Int.max, unit: "rows", help: "pass so many chunks, or windows, and no more")
  static let normalize = Option.flag("normalize", help: "scale every vector to unit length")
  static let oneArticle = Option.flag(
    "one-article", help: "all rows are one article, numbered by their place, or by --chunks")
  static let dropNonFinite = Option.flag(
    "drop-nonfinite", help: "leave out rows that hold a NaN or an infinity, and count them")
  static let list = Option.flag("list", help: "print the arrays of the file and exit")

  static let manual = Manual(
    name: "npz-read",
    purpose: "read the vectors of an .npz or .npy file into a stream",
    details: """
      A 2-D array (rows, dim) gives chunks, a 3-D one (windows, context, dim) with its targets gives windows. Chunks \
      come out in ascending order of article and chunk number, in whatever order the file has them. Without FILE, \
      standard input is read: a file is mapped, a pipe is spooled to an unnamed temporary file.

      Read are: stored and deflated members, zip64, .npy headers 1.0 to 3.0, float16 to float64 and whole numbers of \
      either byte order, C and Fortran order, and object arrays of plain values, through a decoder that runs no code.
      """,
    operands: .optional("FILE"),
    options: [
      vectors, articles, chunks, contexts, targets, offset, only, exclude, limit, normalize, oneArticle, dropNonFinite,
      list,
      CommonOptions.format, CommonOptions.output,
    ],
    memory: "12 to 20 bytes a row; vectors are mapped or streamed",
    example: "npz-read wiki.npz | seq-build --ctx 5 | direction-diagnose",
    seeAlso: ["npz-write", "seq-build", "article-select", "text-read"])

  static func run(_ arguments: Arguments) throws -> ExitStatus {
    if arguments[list] {
      try listArrays(try open(arguments), arguments)
      return .success
    }
    var source = try Source(arguments)
    let file = try open(arguments)
    if readsWindows(file, arguments) {
      var reading = try WindowReading(file, arguments)
      try reading.run(&source)
    } else {
      var reading = try ChunkReading(file, arguments)
      try reading.run(&source)
    }
    return .success
  }

  private static func open(_ arguments: Arguments) throws -> NumPyFile {
    if let path = arguments.operands.first, path != "-" {
      let descriptor = try InputFile.open(path)
      defer { InputFile.close(descriptor) }
      return try NumPyFile(descriptor: descriptor, name: path)
    }
    try InputFile.refuseTerminal(expected: "an .npz or .npy file")
    return try NumPyFile(descriptor: 0, name: "stdin")
  }

  /// Windows where an array of contexts is named, or where there is one under its usual names and no matrix of chunks.
  private static func readsWindows(_ file: NumPyFile, _ arguments: Arguments) -> Bool {
    if arguments[contexts] != nil || arguments[targets] != nil { return true }
    if arguments[vectors] != nil { return false }
    func has(_ names: [String], axes: Int) -> Bool {
      file.arrays.contains { (names.contains($0.name) || $0.name.isEmpty) && $0.shape.count == axes }
        // One that cannot be read is still the one that is meant.
        || axes == 2 && file.firstIfAny(of: names.filter { file.isUnreadable($0) }) != nil
    }
    return !has(ChunkTable.vectorNames, axes: 2) && has(WindowTable.contextNames, axes: 3)
  }

  private static func listArrays(_ file: NumPyFile, _ arguments: Arguments) throws {
    for item in file.unreadable { Diagnostics.note("\(file.name): \(item.failure)") }
    var table = Table()
    table.section(
      columns: ["array", "type", "shape", "bytes", ""],
      rows: file.arrays.map {
        [
          .text($0.name), .text($0.type.description), .text($0.shapeText), .count($0.byteCount),
          .text($0.compression.rawValue),
        ]
      })
    let arrays = file.arrays.map { array in
      JSON.object([
        "name": .string(array.name), "type": .string(array.type.description),
        "shape": .array(array.shape.map { .count($0) }),
        "bytes": .count(array.byteCount), "fortran_order": .bool(array.isFortranOrder),
        "compression": .string(array.compression.rawValue),
      ])
    }
    try Report(
      arguments, fields: [("file", .string(file.name)), ("size", .count(file.size)), ("arrays", .array(arrays))],
      table: table
    )
    .write(arguments)
  }

  /// Which articles are read.
  static func selection(_ arguments: Arguments) -> (UInt64) -> Bool {
    let only = arguments[only]
    let exclude = arguments[exclude]
    return { article in (only?.contains(article) ?? true) && !(exclude?.contains(article) ?? false) }
  }
}
