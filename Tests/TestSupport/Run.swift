public import JSON

/// What a finished process left behind.
public struct Run: Sendable {
  /// What it wrote to standard output.
  public var output: [UInt8]
  /// What it wrote to standard error.
  public var errors: String
  /// Its exit status; 128 and the signal's number where a signal ended it, as a shell counts.
  public var status: Int32
  /// Whether it was killed because its time was up.
  public var wasKilled = false

  public var text: String { String(decoding: output, as: UTF8.self) }

  /// Standard output as JSON; nil where it is none.
  public var json: JSON? { try? JSON(parsing: text) }

  /// The lines of standard error.
  public var errorLines: [String] { errors.split(separator: "\n").map(String.init) }
}
