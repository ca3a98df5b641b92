internal import Failures
import Glibc

/// A private file without a name, in `$TMPDIR` or `/tmp`: bytes are appended, then read back. It vanishes with this
/// object.
public final class SpoolFile {
  /// Bytes appended so far.
  public private(set) var count = 0
  private let descriptor: Descriptor
  private var buffer: UnsafeMutableRawBufferPointer
  /// Bytes in `buffer` that have not been written yet.
  private var pending = 0
  private var mapping: Mapping?

  /// Opens an empty file.
  ///
  /// - Throws: `.cannotCreate` where no file can be created in the folder.
  public init() throws {
    descriptor = try Descriptor.temporaryFile()
    buffer = .allocate(byteCount: 256 << 10, alignment: 64)
  }

  deinit {
    buffer.deallocate()
    close(descriptor.number)
  }

  /// Appends bytes.
  ///
  /// - Throws: `.inputOutput`, as when the disk is full.
  public func append(_ bytes: UnsafeRawBufferPointer) throws {
    if bytes.count > buffer.count - pending { try flush() }
    if bytes.count >= buffer.count {
      try write(bytes)
    } else {
      UnsafeMutableRawBufferPointer(rebasing: buffer[pending...]).copyMemory(from: bytes)
      pending += bytes.count
    }
    count += bytes.count
  }

  /// Reads everything back in order, in pieces that are valid during one call of `body`.
  public func forEachPiece(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    try flush()
    var offset = 0
    while offset < count {
      let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(buffer.count, count - offset)])
      try descriptor.read(into: piece, at: offset)
      try body(UnsafeRawBufferPointer(piece))
      offset += piece.count
    }
  }

  /// Reads `buffer.count` of the bytes appended so far, from byte `offset` on.
  public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws {
    precondition(offset >= 0 && offset <= count - buffer.count, "bytes beyond those that were appended")
    try flush()
    try descriptor.read(into: buffer, at: offset)
  }

  /// All bytes appended so far, mapped; valid as long as the spool file lives and nothing more is appended.
  ///
  /// - Throws: `.inputOutput`; `.cannotOpen` where the system refuses the mapping.
  public func map() throws -> UnsafeRawBufferPointer {
    try makeMapping().bytes
  }

  /// A mapping of all bytes appended so far, which may outlive the spool file.
  ///
  /// - Throws: `.inputOutput`; `.cannotOpen` where the system refuses the mapping.
  public func makeMapping() throws -> Mapping {
    try flush()
    if let mapping, mapping.bytes.count == count { return mapping }
    let fresh = try at("temporary file") { try Mapping(descriptor: descriptor.number, offset: 0, count: count) }
    mapping = fresh
    return fresh
  }

  private func flush() throws {
    guard pending > 0 else { return }
    let written = UnsafeRawBufferPointer(rebasing: buffer[..<pending])
    try descriptor.write(written, at: count - pending)
    pending = 0
  }

  private func write(_ bytes: UnsafeRawBufferPointer) throws {
    try descriptor.write(bytes, at: count)
  }
}
