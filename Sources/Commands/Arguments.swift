public import Failures
import Glibc

/// A command line that conforms to a tool's manual.
///
///     let length = arguments[context]
///     let path = arguments.operands.first
public struct Arguments: Sendable {
  /// What the command line asks for.
  public enum Intent: Sendable {
    /// The tool's work.
    case run
    /// The page of `--help`, whatever else is given.
    case help
    /// The line of `--version`, whatever else is given.
    case version
  }

  /// What the command line asks for; with `.help` and `.version`, required options may be absent.
  public internal(set) var intent = Intent.run
  /// The manual of the tool that runs.
  public let manual: Manual
  /// The words that are neither flags nor their values.
  public internal(set) var operands: [String] = []
  /// The words after the tool's name, as given: for provenance.
  public let commandLine: [String]
  /// The values of each flag that was given, by its name; an empty list for a flag that takes no value.
  var words: [String: [String]] = [:]

  init(_ commandLine: [String], manual: Manual) {
    self.commandLine = commandLine
    self.manual = manual
  }

  /// The value of an option that the manual lists. Read it once, not in a loop: the word is parsed each time.
  public subscript<Value>(_ option: Option<Value>) -> Value {
    precondition(lists(option.flag.name), "--\(option.flag.name) is not in the manual of \(manual.name)")
    if let given = words[option.flag.name], let value = option.read(given) { return value }
    guard let value = option.defaultValue else { preconditionFailure("--\(option.flag.name) is required but absent") }
    return value
  }

  /// The flags that were given and affect the result, in the manual's order and as `--name value`: those about the
  /// output's place, messages and resources are left out. Equivalent command lines give the same words.
  public var flagsOfResult: [String] {
    let excluded: Set = ["memory", "output", "quiet", "progress", "flush", "label", "format", "threads"]
    return manual.allOptions.map(\.flag).filter { !excluded.contains($0.name) }.flatMap { flag -> [String] in
      guard let values = words[flag.name] else { return [] }
      return flag.placeholder == nil ? ["--\(flag.name)"] : values.flatMap { ["--\(flag.name)", $0] }
    }
  }

  /// Whether the flag is on the command line.
  public func wasGiven<Value>(_ option: Option<Value>) -> Bool {
    words[option.flag.name] != nil
  }

  /// The command line without an option: its value is then the default, and `flagsOfResult` lacks it.
  public func without<Value>(_ option: Option<Value>) -> Arguments {
    precondition(option.defaultValue != nil, "--\(option.flag.name) has no default")
    var remaining = self
    remaining.words[option.flag.name] = nil
    return remaining
  }

  /// Whether the tool has the option.
  public func lists<Value>(_ option: Option<Value>) -> Bool {
    lists(option.flag.name)
  }

  private func lists(_ name: String) -> Bool {
    manual.allOptions.contains { $0.flag.name == name }
  }
}

extension Arguments {
  /// The tool's name.
  public var tool: String { manual.name }

  /// `--quiet`: no notes and no progress.
  public var isQuiet: Bool { self[CommonOptions.quiet] }

  /// `--progress`: when progress is shown.
  public var progress: ProgressMode { self[CommonOptions.progress] }

  /// `--seed`, or its default where the manual does not list it.
  public var seed: UInt64 { lists("seed") ? self[CommonOptions.seed] : CommonOptions.seed.defaultValue ?? 0 }

  /// `--label`; nil where the manual does not list it or it is not given.
  public var label: String? { words["label"]?.last }

  /// `--output`; nil for standard output, where it is not given or is `-`.
  public var outputPath: String? {
    guard let path = words["output"]?.last, path != "-" else { return nil }
    return path
  }

  /// The number of threads, 1 or more: `--threads`, else the environment's `OPENBLAS_NUM_THREADS`, else all cores.
  public var threads: Int {
    if lists("threads"), let given = self[CommonOptions.threads] { return given }
    if let text = getenv("OPENBLAS_NUM_THREADS"), let count = Int(String(cString: text)), (1...1024).contains(count) {
      return count
    }
    return max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
  }

  /// The failure for an option's value that only the tool itself can check, such as two flags that exclude each other:
  /// `--top 0.3: expected …`, with status 64.
  public func refusal<Value>(of option: Option<Value>, expected: String) -> Failure {
    let shown = (["--" + option.flag.name] + (words[option.flag.name]?.suffix(1) ?? [])).joined(separator: " ")
    return Failure(.usage, "\(shown): expected \(expected)")
  }
}
