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
