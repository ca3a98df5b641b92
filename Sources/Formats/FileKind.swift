internal import Descriptors
import Failures

/// What the first bytes of a file say it is.
enum FileKind {
  case npz
  case npy

  /// Throws `.badData` for everything that is neither an .npz nor an .npy file, naming what it looks like.
  init(_ first: UnsafeRawBufferPointer) throws {
    let head = UnsafeRawBufferPointer(rebasing: first.prefix(ForeignFile.lookahead))
    let isArchive = head.starts(with: Array("PK\u{3}\u{4}".utf8)) || head.starts(with: Array("PK\u{5}\u{6}".utf8))
    if head.starts(with: NumPyHeader.magic) {
      self = .npy
      return
    }
    let other = ForeignFile(head, for: .arrays)
    if isArchive, other?.name != "a PyTorch file" {
      self = .npz
      return
    }
    let digits = first.prefix(8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
    throw Failure(
      .badData, "expected an .npz or .npy file, found \(other?.name ?? "unknown bytes (\(digits))")", hint: other?.hint)
  }
}
