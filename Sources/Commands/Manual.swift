public import Failures

/// The manual of one tool: what `--help` prints and what the parser accepts.
public struct Manual: Sendable {
  /// The tool's name, as it is typed.
  public var name: String
  /// What it does, in one line.
  public var purpose: String
  /// A paragraph or two, separated by empty lines; a line that begins with a space is printed unchanged.
  public var details: String?
  /// The words that the tool takes besides flags.
  public var operands: Operands
  /// The tool's own options; every tool also has `--quiet`, `--progress`, `--help` and `--version`.
  public var options: [any OptionProtocol]
  /// How much the tool holds at once: "constant", "one article", "all, 4 bytes a number".
  public var memory: String
  /// One or more pipelines, a line each, that can be pasted into a shell.
  public var example: String
  /// What exit statuses mean in this tool, where the general meaning says too little; status 1 is listed only where it
  /// is named here.
  public var exits: [ExitStatus: String]
  /// The names of related tools.
  public var seeAlso: [String]

  /// A manual; the name is that of the program.
  public init(
    name: String, purpose: String, details: String? = nil, operands: Operands = .none,
    options: [any OptionProtocol] = [], memory: String, example: String, exits: [ExitStatus: String] = [:],
    seeAlso: [String] = []
  ) {
    self.name = name
    self.purpose = purpose
    self.details = details
    self.operands = operands
    self.options = options
    self.memory = memory
    self.example = example
    self.exits = exits
    self.seeAlso = seeAlso
  }

  /// The tool's own options and those that every tool has.
  var allOptions: [any OptionProtocol] {
    options + [CommonOptions.quiet, CommonOptions.progress, CommonOptions.help, CommonOptions.version]
  }

  /// `seq-build 0.1.0 (stream format 1)`, with a line end.
  public var versionLine: String {
    "\(name) \(Release.version) (stream format \(Release.streamFormat))\n"
  }
}
