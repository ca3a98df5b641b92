import Glibc
import Failures

/// The bytes of an input: a regular file mapped from its current offset, or a pipe spooled to a private file.
struct Input {
  let mapping: Mapping
  /// Keeps the spooled bytes alive.
  private let spool: SpoolFile?

  /// `check` sees the first bytes (at most 1 MiB) before a pipe is spooled, and throws where they cannot be wanted.
  init(descriptor: Int32, check: (UnsafeRawBufferPointer) throws -> Void) throws {
    let status = try Descriptor.status(descriptor)
    switch status.st_mode & S_IFMT {
    case S_IFREG:
      let offset = max(0, Int(lseek(descriptor, 0, SEEK_CUR)))
      mapping = try Mapping(descriptor: descriptor, offset: offset, count: max(0, Int(status.st_size) - offset))
      spool = nil
      try check(mapping.bytes)
    case S_IFDIR:
      throw Failure(.cannotOpen, "expected a file, found a folder")
    default:
      let spooled = try Input.spool(descriptor, check: check)
      mapping = try spooled.makeMapping()
      spool = spooled
    }
  }

  private static func spool(_ descriptor: Int32, check: (UnsafeRawBufferPointer) throws -> Void) throws -> SpoolFile {
    let spool = try SpoolFile()
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { buffer.deallocate() }
    // A wider pipe takes fewer turns; where the system declines, nothing is lost.
    let setPipeSize: Int32 = 1031
    _ = fcntl(descriptor, setPipeSize, Int32(1 << 20))
    var filled = 0
    while true {
      let free = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
      let count = try Descriptor.read(descriptor, into: free)
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
