/// A flag as people see it, in `--help` and in error messages.
public struct Flag: Sendable {
  /// The long name, without its dashes.
  public var name: String
  /// The one-letter alias, for `-h`, `-q`, `-o` and `-n` only.
  public var letter: Character?
  /// A second long name, without its dashes.
  public var alias: String?
  /// The name of the value in `--help`, such as `FILE`; nil where the flag takes none.
  public var placeholder: String?
  /// What the value must be, to follow "expected ": "a whole number from 1 to 512".
  public var expectation: String
  /// The range and unit in `--help`: "1 to 512 chunks".
  public var range: String?
  /// The default as `--help` prints it; nil where there is none.
  public var fallback: String?
  /// What it does, in one sentence without a full stop.
  public var help: String
  /// Whether it may be given more than once.
  public var isRepeatable = false
  /// Whether a command line without it is rejected.
  public var isRequired = false

  /// A flag that is neither required nor repeatable.
  public init(
    _ name: String, letter: Character? = nil, placeholder: String?, expectation: String, range: String? = nil,
    fallback: String? = nil, help: String
  ) {
    self.name = name
    self.letter = letter
    self.placeholder = placeholder
    self.expectation = expectation
    self.range = range
    self.fallback = fallback
    self.help = help
  }
}
