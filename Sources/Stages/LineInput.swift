internal import Descriptors
internal import Failures
internal import Glibc

/// The lines of a text that a tool reads: a file, or standard input.
public final class LineInput {
  /// Its name in messages.
  public let name: String
  private let descriptor: Int32
  private var buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
  private var unread = 0..<0
  private var isAtEnd = false

  /// In bytes. No line of a stream's text is longer: a vector of 2^24 entries takes less.
  private static let longestLine = 512 << 20

  /// Opens the input.
  ///
  /// - Parameter path: nil or `-` for standard input.
  /// - Throws: `.cannotOpen`; `.usage` where standard input is a terminal.
  public init(_ path: String?) throws {
    if let path, path != "-" {
      descriptor = try InputFile.open(path)
      name = path
    } else {
      try InputFile.refuseTerminal(expected: "lines of JSON")
      descriptor = STDIN_FILENO
      name = "stdin"
    }
  }

  deinit {
    buffer.deallocate()
    if descriptor != STDIN_FILENO { InputFile.close(descriptor) }
  }

  /// The next line without its line end, valid until the next call; nil at the end of the input.
  ///
  /// - Throws: `.badData` where a line is longer than 512 MiB; `.inputOutput`.
  public func next() throws -> UnsafeRawBufferPointer? {
    var searched = 0
    while true {
      if let end = newline(from: unread.lowerBound + searched) {
        defer { unread = end + 1..<unread.upperBound }
        return view(unread.lowerBound..<end)
      }
      searched = unread.count
      if isAtEnd {
        guard !unread.isEmpty else { return nil }
        defer { unread = unread.upperBound..<unread.upperBound }
        return view(unread)
      }
      try readMore()
    }
  }

  private func newline(from start: Int) -> Int? {
    guard start < unread.upperBound, let base = buffer.baseAddress,
      let found = memchr(base + start, 0x0A, unread.upperBound - start)
    else { return nil }
    return UnsafeRawPointer(found) - UnsafeRawPointer(base)
  }

  private func view(_ range: Range<Int>) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: buffer[range])
  }

  private func readMore() throws {
    if unread.lowerBound > 0 {
      buffer.copyMemory(from: view(unread))
      unread = 0..<unread.count
    }
    if unread.upperBound == buffer.count { try grow() }
    let room = UnsafeMutableRawBufferPointer(rebasing: buffer[unread.upperBound...])
    let count = try Descriptor(descriptor, name: name).read(into: room)
    unread = 0..<unread.upperBound + count
    isAtEnd = count == 0
  }

  private func grow() throws {
    guard buffer.count < Self.longestLine else { throw Failure(.badData, "a line of more than 512 MiB", at: name) }
    let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: 2 * buffer.count, alignment: 16)
    larger.copyMemory(from: view(unread))
    buffer.deallocate()
    buffer = larger
  }
}
