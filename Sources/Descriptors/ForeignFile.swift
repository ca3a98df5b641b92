/// A file that is not what a tool reads, recognized by its first bytes: what it is called, and what to do about it.
public struct ForeignFile {
  /// What the tool reads.
  public enum Purpose: Sendable {
    /// An .npz or .npy file.
    case arrays
    /// A vector stream.
    case stream
    /// A model in the safetensors format.
    case model
  }

  /// What it is, such as `a Parquet file`.
  public let name: String
  /// What to do about it, in one line; nil where nothing can be said.
  public let hint: String?

  /// How many of a file's first bytes are looked at.
  public static let lookahead = 512

  private struct Kind {
    let magic: [UInt8]
    let offset: Int
    let name: String
    let hint: @Sendable (Purpose) -> String?

    init(_ magic: String, at offset: Int = 0, _ name: String, _ hint: @escaping @Sendable (Purpose) -> String?) {
      self.init(Array(magic.utf8), at: offset, name, hint)
    }

    init(
      _ magic: [UInt8], at offset: Int = 0, _ name: String, _ hint: @escaping @Sendable (Purpose) -> String?
    ) {
      self.magic = magic
      self.offset = offset
      self.name = name
      self.hint = hint
    }
  }

  private static func unpack(_ command: String) -> @Sendable (Purpose) -> String? {
    { purpose in
      switch purpose {
      case .arrays: "unpack it first, for example: \(command) FILE | npz-read"
      case .stream: "unpack it first: \(command) FILE | …"
      case .model: "unpack it first: \(command) FILE > model.safetensors"
      }
    }
  }

  private static let readArrays: @Sendable (Purpose) -> String? = { purpose in
    purpose == .stream ? "read it with npz-read FILE | …" : "models are made by model-init, train-step and ridge-fit"
  }

  private static func columns(_ reader: String) -> @Sendable (Purpose) -> String? {
    { _ in "save its columns with numpy.savez, for example from \(reader)" }
  }

  private static let fromTorch: @Sendable (Purpose) -> String? = { purpose in
    purpose == .model
      ? "in Python: safetensors.torch.save_file(torch.load(\"FILE\", weights_only=True), \"model.safetensors\")"
      : "in Python: numpy.savez(\"vectors.npz\", vectors=torch.load(\"FILE\"), article_indices=…, chunk_indices=…)"
  }

  private static let kinds: [Kind] = [
    Kind("version https://git-lfs.github.com/spec/", "a Git LFS pointer instead of the file") { _ in "run git lfs pull"
    },
    Kind([0x93, 0x4E, 0x56, 0x53], "a vector stream") { purpose in
      purpose == .arrays
        ? "tools other than npz-read take it as it is" : "models are made of it by train-step and ridge-fit"
    },
    Kind([0x1F, 0x8B], "gzip data", unpack("gunzip -c")),
    Kind([0x28, 0xB5, 0x2F, 0xFD], "zstd data", unpack("zstd -dc")),
    Kind([0xFD, 0x37, 0x7A, 0x58, 0x5A], "xz data", unpack("xz -dc")),
    Kind("BZh", "bzip2 data", unpack("bzip2 -dc")),
    Kind("ustar", at: 257, "a tar archive") { _ in "extract it first: tar -xf FILE" },
    Kind("7z\u{BC}\u{AF}", "a 7-Zip archive") { _ in "extract it first" },
    Kind([0x89, 0x48, 0x44, 0x46], "an HDF5 file", columns("h5py.File(\"FILE\")")),
    Kind("PAR1", "a Parquet file", columns("pandas.read_parquet(\"FILE\")")),
    Kind("ARROW1", "an Arrow file", columns("pandas.read_feather(\"FILE\")")),
    Kind("GGUF", "a GGUF model") { _ in "models are read in the safetensors format" },
    Kind("%PDF", "a PDF document") { _ in nil },
    Kind([0x93] + Array("NUMPY".utf8), "an .npy file", readArrays),
    Kind("PK\u{7}\u{8}", "a zip archive in several parts") { _ in "join its parts first" },
  ]

  /// - Parameters:
  ///   - first: the file's first bytes, `lookahead` of them where it has as many.
  ///   - purpose: what the tool reads; what that may begin with is not called foreign.
  /// - Returns: nil where the bytes tell nothing.
  public init?(_ first: UnsafeRawBufferPointer, for purpose: Purpose) {
    guard let found = Self.recognize(first, purpose) else { return nil }
    (name, hint) = found
  }

  private static func recognize(_ first: UnsafeRawBufferPointer, _ purpose: Purpose) -> (String, String?)? {
    if first.isEmpty { return ("no bytes at all", "what should have written it may have failed") }
    for kind in kinds where first.dropFirst(kind.offset).starts(with: kind.magic) {
      return (kind.name, kind.hint(purpose))
    }
    if first.starts(with: Array("PK".utf8)) {
      let isTorch = contains(first, "/data.pkl") || contains(first, "/byteorder")
      return isTorch ? ("a PyTorch file", fromTorch(purpose)) : ("a zip or .npz file", readArrays(purpose))
    }
    if first.count >= 2, first[0] == 0x80, (2...5).contains(first[1]) {
      return ("a Python pickle", purpose == .model ? fromTorch(purpose) : "save the arrays with numpy.savez")
    }
    if first.count > 8, first[8] == 0x7B, first[4..<8].allSatisfy({ $0 == 0 }), purpose != .model {
      return ("a safetensors file", "save its tensors with numpy.savez")
    }
    return text(first, purpose)
  }

  private static func text(_ first: UnsafeRawBufferPointer, _ purpose: Purpose) -> (String, String?)? {
    let isText = first.allSatisfy { ($0 >= 0x20 && $0 != 0x7F) || (0x09...0x0D).contains($0) }
    // A character of up to four bytes may be cut at the end.
    guard isText, (0..<4).contains(where: { String(validating: first.dropLast($0), as: UTF8.self) != nil }) else {
      return nil
    }
    let start = first.drop { $0 <= 0x20 }
    if contains(first, "<!doctype html", ignoringCase: true) || contains(first, "<html", ignoringCase: true) {
      return ("an HTML page", "a download that failed or needs a login leaves one: fetch the file itself")
    }
    if start.first == UInt8(ascii: "{") || start.first == UInt8(ascii: "[") {
      if contains(first, "\"weight_map\"") || contains(first, "\"total_size\"") {
        return ("the index of a model in several files", "the tensors are in the .safetensors files that it names")
      }
      return ("JSON text", purpose == .stream ? "turn it into a stream with text-read" : nil)
    }
    switch purpose {
    case .arrays: return ("text", "save the vectors with numpy.savez")
    case .stream: return ("text", "something printed into the pipe")
    case .model: return ("text", nil)
    }
  }

  private static func contains(_ bytes: UnsafeRawBufferPointer, _ text: String, ignoringCase: Bool = false) -> Bool {
    let wanted = Array(text.utf8)
    let window = bytes.prefix(lookahead).map { byte in
      ignoringCase && (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
    }
    guard window.count >= wanted.count else { return false }
    return (0...window.count - wanted.count).contains { window[$0..<$0 + wanted.count].elementsEqual(wanted) }
  }
}
