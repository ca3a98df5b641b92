/// A format of files that people have at hand where another is expected, recognized by a file's first bytes.
public enum FileFormat: Hashable, Sendable, CaseIterable {
  case empty, npy, zip, torch, pickle, safetensors, safetensorsIndex, gguf, stream
  case gzip, zstd, xz, bzip2, tar, sevenZip, hdf5, parquet, arrow, pdf, lfsPointer, html, json, text

  private static let magics: [(format: FileFormat, bytes: [UInt8])] = [
    (.npy, [0x93] + Array("NUMPY".utf8)), (.stream, [0x93] + Array("NVS".utf8)), (.stream, Array("NVSABORT".utf8)),
    (.zip, Array("PK\u{3}\u{4}".utf8)), (.zip, Array("PK\u{5}\u{6}".utf8)), (.zip, Array("PK\u{7}\u{8}".utf8)),
    (.gzip, [0x1F, 0x8B]), (.zstd, [0x28, 0xB5, 0x2F, 0xFD]), (.xz, [0xFD, 0x37, 0x7A, 0x58, 0x5A]),
    (.bzip2, Array("BZh".utf8)), (.sevenZip, [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]), (.hdf5, [0x89, 0x48, 0x44, 0x46]),
    (.parquet, Array("PAR1".utf8)),
    (.arrow, Array("ARROW1".utf8)), (.arrow, Array("FEA1".utf8)), (.arrow, [0xFF, 0xFF, 0xFF, 0xFF]),
    (.gguf, Array("GGUF".utf8)), (.pdf, Array("%PDF-".utf8)),
    // The number that torch.save pickled first before it wrote zip archives.
    (.torch, [0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]),
    (.pickle, [0x80, 0x02]), (.pickle, [0x80, 0x03]), (.pickle, [0x80, 0x04]), (.pickle, [0x80, 0x05]),
    (.lfsPointer, Array("version https://git-lfs".utf8)), (.lfsPointer, Array("version https://hawser".utf8)),
  ]

  /// Nil where the bytes are of no format that is known here.
  ///
  /// - Parameter first: the file's first bytes, 512 or more where it has them.
  public init?(_ first: UnsafeRawBufferPointer) {
    guard let lead = first.first else {
      self = .empty
      return
    }
    // The length of a safetensors header may begin as another format does.
    if Self.isSafetensors(first) {
      self = .safetensors
    } else if let known = Self.magics.first(where: { first.starts(with: $0.bytes) })?.format {
      self = known == .zip && ["/data.pkl", "/byteorder"].contains { Self.contains(first, $0) } ? .torch : known
    } else if Self.contains(first.dropFirst(257).prefix(5), "ustar") {
      self = .tar
    } else if Self.isText(first.prefix(512)) {
      self = Self.text(first, lead)
    } else {
      return nil
    }
  }

  private static func isSafetensors(_ first: UnsafeRawBufferPointer) -> Bool {
    guard first.count > 8, first[8] == UInt8(ascii: "{") else { return false }
    return UInt64(littleEndian: first.loadUnaligned(as: UInt64.self)) <= 100_000_000
  }

  /// Printable characters in UTF-8, of which the last may be cut.
  private static func isText(_ bytes: Slice<UnsafeRawBufferPointer>) -> Bool {
    bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F || (0x09...0x0D).contains($0) }
      && (0..<4).contains { String(validating: bytes.dropLast($0), as: UTF8.self) != nil }
  }

  private static func text(_ first: UnsafeRawBufferPointer, _ lead: UInt8) -> FileFormat {
    let start = first.drop { [0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) }.prefix(512)
    let words = String(decoding: start, as: UTF8.self).lowercased()
    if words.hasPrefix("<!doctype html") || words.hasPrefix("<html") { return .html }
    guard words.hasPrefix("{") || words.hasPrefix("[") else { return .text }
    return words.contains("\"weight_map\"") || words.contains("\"total_size\"") ? .safetensorsIndex : .json
  }

  private static func contains(_ bytes: some Collection<UInt8>, _ word: String) -> Bool {
    String(decoding: bytes.prefix(512).map { $0 < 0x80 ? $0 : 0x3F }, as: UTF8.self).contains(word)
  }

  /// With its article, as in "a Parquet file".
  public var name: String {
    switch self {
    case .empty: "no bytes at all"
    case .npy: "an .npy file"
    case .zip: "a zip or .npz file"
    case .torch: "a PyTorch file (torch.save)"
    case .pickle: "a Python pickle"
    case .safetensors: "a safetensors file"
    case .safetensorsIndex: "the index of a model in several safetensors files"
    case .gguf: "a GGUF file"
    case .stream: "a vector stream"
    case .gzip: "gzip data"
    case .zstd: "zstd data"
    case .xz: "xz data"
    case .bzip2: "bzip2 data"
    case .tar: "a tar archive"
    case .sevenZip: "a 7-Zip archive"
    case .hdf5: "an HDF5 file"
    case .parquet: "a Parquet file"
    case .arrow: "an Arrow file"
    case .pdf: "a PDF document"
    case .lfsPointer: "a Git LFS pointer"
    case .html: "an HTML page"
    case .json: "JSON text"
    case .text: "text"
    }
  }
}
