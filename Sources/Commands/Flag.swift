/// A flag as people see it: what `--help` prints and what a refusal names.
public struct Flag: Sendable {
  /// The long name, without its dashes.
  public var name: String
  /// The one-letter alias, for `-h`, `-q`, `-o` and `-n` only.
  public var letter: Character?
  /// A second long name, without its dashes.
  public var alias: String?
  /// What stands for the value in `--help`; nil where the flag takes none.
  public var placeholder: String?
  /// What the value must be, to follow "expected ": "a whole number from 1 to 512".
  public var expectation: String
  /// The range and unit in `--help`: "1 to 512 chunks".
  public var range: String?
  /// The default in `--help`; nil where there is none to name.
  public var fallback: String?
  /// One sentence without a full stop.
  public var help: String
  /// Whether it may be given more than once.
  public var isRepeatable = false
  /// Whether the command line is wrong without it.
  public var isRequired = false

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
