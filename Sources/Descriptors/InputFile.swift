internal import Failures
internal import Glibc

/// A file that a tool reads because its command line names it.
public enum InputFile {
  /// Opens a file, pipe or device for reading.
  ///
  /// - Returns: a descriptor, for the caller to close.
  /// - Throws: `Failure` `.cannotOpen` with the system's reason, also for a folder.
  public static func open(_ path: String) throws -> Int32 {
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Failure.system(.cannotOpen, "cannot be opened").at(path) }
    guard !Descriptor(descriptor).isFolder else {
      close(descriptor)
      throw Failure(.cannotOpen, "is a folder", at: path)
    }
    return descriptor
  }

  /// Closes a descriptor that `open` returned.
  public static func close(_ descriptor: Int32) { _ = Glibc.close(descriptor) }

  /// Reads a whole file in parts of up to 1 MiB.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - body: called with each part, which is valid only during the call.
  /// - Throws: `Failure` `.cannotOpen` or `.inputOutput`, and what `body` throws.
  public static func read(_ path: String, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    let descriptor = try open(path)
    defer { close(descriptor) }
    let file = Descriptor(descriptor, name: path)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { buffer.deallocate() }
    while true {
      let count = try file.read(into: buffer)
      guard count > 0 else { return }
      try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
  }

  /// The bytes of a small file.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - limit: the largest size in bytes that is accepted.
  /// - Throws: `Failure` `.cannotOpen` or `.inputOutput`; `.badData` if the file has more than `limit` bytes.
  public static func bytes(_ path: String, limit: Int) throws -> [UInt8] {
    var bytes: [UInt8] = []
    try read(path) { part in
      guard part.count <= limit - bytes.count else {
        throw Failure(.badData, "expected at most \(limit) bytes", at: path)
      }
      bytes.append(contentsOf: part)
    }
    return bytes
  }

  /// Rejects standard input from a terminal, where a tool would wait for bytes that nobody types.
  ///
  /// - Parameter expected: what the tool reads, for the message.
  /// - Throws: `Failure` `.usage` if standard input is a terminal.
  public static func refuseTerminal(expected: String) throws {
    guard isatty(STDIN_FILENO) == 1 else { return }
    throw Failure(.usage, "standard input is a terminal: expected \(expected)")
  }
}
