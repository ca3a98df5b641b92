public import Failures

/// One tool's front page: everything that `--help` says and that the parser knows.
public struct Manual: Sendable {
  /// The tool's name, as it is typed.
  public var name: String
  /// What it does, in one line.
  public var purpose: String
  /// A paragraph or two, parted by empty lines; a line that begins with a space is printed as it stands.
  public var details: String?
  public var operands: Operands
  /// The tool's own options; `--quiet`, `--progress`, `--help` and `--version` are every tool's.
  public var options: [any OptionProtocol]
  /// How much the tool holds at once: "constant", "one article", "all, 4 bytes a number".
  public var memory: String
  /// One pipeline that can be pasted.
  public var example: String
  /// What an exit status means in this tool: status 1 is listed only where it is named here.
  public var exits: [ExitStatus: String]
  /// The names of related tools.
  public var seeAlso: [String]

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

  /// `seq-build 0.1.0 (stream format 1)`
  public var versionLine: String {
    "\(name) \(Release.version) (stream format \(Release.streamFormat))\n"
  }
}

/// The words of a command line that are not flags.
public enum Operands: Sendable {
  case none
  /// None or one: `[FILE]`.
  case optional(String)
  /// One for each name: `A B`.
  case required([String])
  /// Any number: `[FILE …]`.
  case any(String)
  /// One or more: `FILE …`.
  case atLeastOne(String)

  /// As the usage line has it; empty where there are none.
  var usage: String {
    switch self {
    case .none: ""
    case .optional(let name): "[\(name)]"
    case .required(let names): names.joined(separator: " ")
    case .any(let name): "[\(name) ...]"
    case .atLeastOne(let name): "\(name) [\(name) ...]"
    }
  }
}
