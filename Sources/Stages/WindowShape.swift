public import Commands
internal import Failures
internal import JSON
public import Streams

/// The shape of the windows from which a stream of predictions was made, as far as the stream states it.
public struct WindowShape: Hashable, Sendable {
  /// Context chunks in a window; nil where unknown.
  public let context: Int?
  /// Chunks from the last context chunk to the target; nil where unknown.
  public let offset: Int?

  /// The shape that `model-predict` noted in the header, else the one that the arguments of `seq-build` state in the
  /// provenance; nil where several runs of `seq-build` disagree.
  public init(_ header: StreamHeader) {
    func noted(_ name: String) -> Int? { header.metadata["model-predict:\(name)"]?.int.flatMap { $0 > 0 ? $0 : nil } }
    let builders = header.provenance.entries.filter { $0["tool"]?.string == "seq-build" }
    func stated(_ flag: String, default fallback: Int) -> Int? {
      let values = Set(builders.map { Self.value(of: flag, in: $0, default: fallback) })
      return values.count == 1 ? values.first ?? nil : nil
    }
    context = noted("context") ?? stated("--ctx", default: 5)
    offset = noted("offset") ?? stated("--offset", default: 1)
  }

  /// - Returns: nil where the value is not a whole number above 0.
  private static func value(of flag: String, in stage: JSON, default fallback: Int) -> Int? {
    let words = (stage["arguments"]?.array ?? []).map { $0.string ?? "" }
    guard let index = words.lastIndex(of: flag) else { return fallback }
    guard index + 1 < words.count, let value = Int(words[index + 1]), value > 0 else { return nil }
    return value
  }
}

/// The options that state the shape of windows where the stream of predictions does not.
public enum ShapeOptions {
  /// `--ctx N`.
  public static let context = Option.integer("ctx", in: 1...512, unit: "chunks", help: "context length of the windows")
    .showing(default: "as the stream states")
  /// `--offset N`.
  public static let offset = Option.integer(
    "offset", in: 1...Int(UInt32.max), unit: "chunks", help: "from the last context chunk to the target"
  ).showing(default: "as the stream states")
}

extension PredictionReport {
  /// The shape of the windows: as the command line gives it, else as the stream states it.
  ///
  /// - Throws: `.usage` where neither does.
  public func windowShape(_ arguments: Arguments) throws -> (context: Int, offset: Int) {
    let stated = WindowShape(input.header)
    guard let context = arguments[ShapeOptions.context] ?? stated.context,
      let offset = arguments[ShapeOptions.offset] ?? stated.offset
    else {
      throw Failure(
        .usage, "expected --ctx and --offset, since the stream does not state the shape of its windows",
        at: input.name)
    }
    return (context, offset)
  }
}
