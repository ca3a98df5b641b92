internal import Descriptors
internal import Failures

/// What is not a vector stream, recognised by its first bytes.
struct ForeignInput {
  let failure: Failure

  /// - Parameters:
  ///   - bytes: as many as a record's head has, or fewer at the input's end.
  ///   - more: the bytes that follow, for formats that begin late.
  /// - Returns: nil where the bytes may begin a vector stream.
  init?(_ bytes: UnsafeRawBufferPointer, more: () throws -> UnsafeRawBufferPointer) rethrows {
    func begins(_ prefix: [UInt8]) -> Bool { bytes.starts(with: prefix) }
    let found: (what: String, hint: String?)
    if begins([0x93, 0x4E, 0x56, 0x53]) {
      if bytes.count < 8 || begins([0x93, 0x4E, 0x56, 0x53, 0x0D, 0x0A, 0x1A, 0x0A]) { return nil }
      found = ("a vector stream whose line ends were changed on the way", "move it in binary mode")
    } else if begins(Array("NVSABORT".utf8)) {
      return nil
    } else if begins(Array("NVS".utf8)) {
      found = ("the middle of a vector stream: its header is missing", nil)
    } else if Self.hasTextBeforeStream(bytes) {
      found = ("text before a vector stream", Self.printed)
    } else if let format = FileFormat.of(Array(bytes) + Array(try more())) {
      found = (format.name, format.hint(for: .stream))
    } else if bytes.count < RecordHead.byteCount {
      return nil
    } else {
      found = ("unknown data", nil)
    }
    failure = Failure(.badData, "expected a vector stream, found \(found.what)", hint: found.hint)
  }

  private static let printed = FileFormat.text.hint(for: .stream)

  private static func hasTextBeforeStream(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard let start = bytes.indices.first(where: { bytes[$0...].starts(with: [0x93, 0x4E, 0x56, 0x53]) }) else {
      return false
    }
    return bytes[..<start].allSatisfy { $0 >= 0x20 && $0 != 0x7F || (0x09...0x0D).contains($0) }
  }
}

extension FileFormat {
  fileprivate static func of(_ bytes: [UInt8]) -> FileFormat? { bytes.withUnsafeBytes { FileFormat($0) } }
}
