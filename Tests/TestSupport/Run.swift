public import JSON

/// The output and the exit status of a finished process.
public struct Run: Sendable {
  /// What it wrote to standard output.
  public var output: [UInt8]
  /// What it wrote to standard error.
  public var errors: String
  /// Its exit status; 128 plus the signal's number where a signal ended it, as in a shell.
  public var status: Int32
  /// Whether it was killed because its time was up.
  public var wasKilled = false

  /// Standard output as UTF-8.
  public var text: String { String(decoding: output, as: UTF8.self) }

  /// Standard output as JSON; nil where it is not JSON.
  public var json: JSON? { try? JSON(parsing: text) }

  /// The lines of standard error.
  public var errorLines: [String] { errors.split(separator: "\n").map(String.init) }
}
