internal import Descriptors
import Failures

/// What the first bytes of a file say it is.
enum FileKind {
  case npz
  case npy

  /// Throws `.badData` for everything that is neither an .npz nor an .npy file, naming what it looks like.
  ///
  /// - Parameter isWhole: whether these are all bytes of the file, so that an archive may begin somewhere in them.
  init(_ bytes: UnsafeRawBufferPointer, isWhole: Bool) throws {
    let format = FileFormat(bytes)
    switch format {
    case .zip where !bytes.starts(with: Array("PK\u{7}\u{8}".utf8)): self = .npz
    case .npy: self = .npy
    case nil where !isWhole || (try? ZipEnd.find(bytes)) != nil: self = .npz
    case .text where bytes.starts(with: Array("#!".utf8)) && (!isWhole || (try? ZipEnd.find(bytes)) != nil):
      self = .npz
    default: throw FileKind.failure(format, bytes)
    }
  }

  private static func failure(_ format: FileFormat?, _ bytes: UnsafeRawBufferPointer) -> Failure {
    let found: String
    var hint = format?.hint(for: .arrays)
    if format == .zip {
      found = "a zip archive in several parts"
      hint = "join its parts first"
    } else if let format {
      found = format.name
    } else {
      let digits = bytes.prefix(8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
      found = "unknown bytes (\(digits.joined(separator: " ")))"
    }
    return Failure(.badData, "expected an .npz or .npy file, found \(found)", hint: hint)
  }
}
