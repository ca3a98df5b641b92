internal import Descriptors
import Failures
import Glibc

/// Standard output. A write either succeeds as a whole or throws.
public enum StandardOutput {
  private static var descriptor: Descriptor { Descriptor(STDOUT_FILENO, name: "standard output") }

  /// Writes bytes.
  ///
  /// - Throws: `.inputOutput`: `standard output: cannot be written: No space left on device`.
  public static func write(_ bytes: UnsafeRawBufferPointer) throws {
    try descriptor.write(bytes)
  }

  /// Writes a text as UTF-8.
  ///
  /// - Throws: `.inputOutput`.
  public static func write(_ text: String) throws {
    var text = text
    try text.withUTF8 { try write(UnsafeRawBufferPointer($0)) }
  }

  /// Whether people see what is written.
  public static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

  /// Refuses a terminal as standard output, for tools that write a binary stream.
  ///
  /// - Throws: `.usage` where standard output is a terminal.
  public static func refuseTerminal() throws {
    guard isTerminal else { return }
    throw Failure(
      .usage, "standard output is a terminal: expected a pipe or a file for a binary stream",
      hint: "pipe it into another tool, such as stream-info or text-write")
  }

  /// Closes standard output, as the last step of a tool.
  static func close() throws {
    try descriptor.close()
  }
}
