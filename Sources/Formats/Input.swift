internal import Descriptors
import Failures

/// The bytes of an input: a regular file mapped from its current offset, or a pipe spooled to a private file.
struct Input {
  let mapping: Mapping
  /// Keeps the spooled bytes alive.
  private let spool: SpoolFile?

  /// `check` sees the first bytes (at most 1 MiB) before a pipe is spooled, and throws if they cannot be what is expected.
  init(descriptor: Int32, check: (UnsafeRawBufferPointer) throws -> Void) throws {
    let input = Descriptor(descriptor)
    if let size = input.regularFileSize {
      let offset = input.offset ?? 0
      mapping = try Mapping(descriptor: descriptor, offset: offset, count: max(0, size - offset))
      spool = nil
      try check(mapping.bytes)
    } else if input.isFolder {
      throw Failure(.cannotOpen, "expected a file, found a folder")
    } else {
      let spooled = try Input.spool(input, check: check)
      mapping = try spooled.makeMapping()
      spool = spooled
    }
  }

  private static func spool(_ input: Descriptor, check: (UnsafeRawBufferPointer) throws -> Void) throws -> SpoolFile {
    let spool = try SpoolFile()
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { buffer.deallocate() }
    input.widenPipe()
    var filled = 0
    while true {
      let free = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
      let count = try input.read(into: free)
      filled += count
      // The first check needs a few bytes, and a pipe may bring them one by one.
      if count > 0 && filled < 4096 && spool.count == 0 { continue }
      let piece = UnsafeRawBufferPointer(rebasing: buffer[..<filled])
      if spool.count == 0 { try check(piece) }
      try spool.append(piece)
      filled = 0
      if count == 0 { return spool }
    }
  }
}
