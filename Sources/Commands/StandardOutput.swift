internal import Descriptors
import Failures
import Glibc

/// Standard output, written in full or with a failure.
public enum StandardOutput {
  private static var descriptor: Descriptor { Descriptor(STDOUT_FILENO, name: "standard output") }

  /// - Throws: `Failure` with status 74: `standard output: cannot be written: No space left on device`.
  public static func write(_ bytes: UnsafeRawBufferPointer) throws {
    try descriptor.write(bytes)
  }

  public static func write(_ text: String) throws {
    var text = text
    try text.withUTF8 { try write(UnsafeRawBufferPointer($0)) }
  }

  public static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

  /// Refuses to write a binary stream to a terminal.
  ///
  /// - Throws: `Failure` with status 64 where standard output is one.
  public static func refuseTerminal() throws {
    guard isTerminal else { return }
    throw Failure(
      .usage, "standard output is a terminal: expected a pipe or a file for a binary stream",
      hint: "pipe it on, for instance into stream-info or text-write")
  }

  /// The last act of a tool. A standard output that was closed from the start has nothing to lose.
  static func close() throws {
    try descriptor.close()
  }
}
