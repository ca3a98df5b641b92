/// The chunk from which offsets of the chunks around a prediction count.
public enum Origin: String, CaseIterable, Sendable {
  /// Offset 0 is the chunk before the predicted one: the last context chunk of windows with offset 1.
  case lastContext = "last-context"
  /// Offset 0 is the predicted chunk.
  case target

  /// The offset of the predicted chunk.
  public var predicted: Int { self == .lastContext ? 1 : 0 }
}
