import Failures

/// What the first bytes of a file say it is.
enum FileKind {
  case npz
  case npy

  private static let others: [(magic: [UInt8], name: String, hint: String)] = [
    ([0x93, 0x4E, 0x56, 0x53], "a vector stream", "tools other than npz-read take it as it is"),
    ([0x1F, 0x8B], "gzip data", "unpack it first, for example: gunzip -c FILE | npz-read"),
    ([0x28, 0xB5, 0x2F, 0xFD], "zstd data", "unpack it first, for example: zstd -dc FILE | npz-read"),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "xz data", "unpack it first, for example: xz -dc FILE | npz-read"),
    (Array("BZh".utf8), "bzip2 data", "unpack it first, for example: bzip2 -dc FILE | npz-read"),
    ([0x89, 0x48, 0x44, 0x46], "an HDF5 file", "save its arrays with numpy.savez"),
    (Array("PAR1".utf8), "a Parquet file", "save its columns with numpy.savez"),
    (Array("ARROW1".utf8), "an Arrow file", "save its columns with numpy.savez"),
    ([0x80, 0x02], "a Python pickle", "save the arrays with numpy.savez"),
    ([0x80, 0x03], "a Python pickle", "save the arrays with numpy.savez"),
    ([0x80, 0x04], "a Python pickle", "save the arrays with numpy.savez"),
    ([0x80, 0x05], "a Python pickle", "save the arrays with numpy.savez"),
    (Array("PK\u{7}\u{8}".utf8), "a zip archive in several parts", "join its parts first"),
  ]

  /// Throws `.badData` for everything that is neither an .npz nor an .npy file, naming what it looks like.
  init(_ first: UnsafeRawBufferPointer) throws {
    guard !first.isEmpty else { throw Failure(.badData, "expected an .npz or .npy file, found no bytes at all") }
    if first.starts(with: Array("PK\u{3}\u{4}".utf8)) || first.starts(with: Array("PK\u{5}\u{6}".utf8)) {
      self = .npz
    } else if first.starts(with: NumPyHeader.magic) {
      self = .npy
    } else {
      let other = FileKind.name(first)
      throw Failure(.badData, "expected an .npz or .npy file, found \(other.name)", hint: other.hint)
    }
  }

  private static func name(_ first: UnsafeRawBufferPointer) -> (name: String, hint: String?) {
    for other in others where first.starts(with: other.magic) { return (other.name, other.hint) }
    if let length = first.integer(UInt64.self, at: 0), length < 100_000_000, first.count > 8, first[8] == 0x7B {
      return ("a safetensors file", "save its tensors with numpy.savez")
    }
    let head = first.prefix(512)
    if head.allSatisfy({ ($0 >= 0x20 && $0 != 0x7F) || (0x09...0x0D).contains($0) }) {
      return ("text", "save the vectors with numpy.savez")
    }
    let digits = first.prefix(8).map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
    return ("unknown bytes (\(digits.joined(separator: " ")))", nil)
  }
}
