public import Failures
import Glibc

/// A command line that its manual has found to be right.
///
///     let length = arguments[context]
///     let path = arguments.operands.first
public struct Arguments: Sendable {
  /// What the command line asks for.
  public enum Intent: Sendable {
    case run, help, version
  }

  public internal(set) var intent = Intent.run
  public let manual: Manual
  /// The words that are neither flags nor their values.
  public internal(set) var operands: [String] = []
  /// The words after the tool's name, as given: for provenance.
  public let commandLine: [String]
  /// The values of each flag that was given, by its name; a flag without a value has none.
  var words: [String: [String]] = [:]

  init(_ commandLine: [String], manual: Manual) {
    self.commandLine = commandLine
    self.manual = manual
  }

  /// The value of an option that the manual lists. Read it once, not in a loop: the word is read anew each time.
  public subscript<Value>(_ option: Option<Value>) -> Value {
    precondition(lists(option.flag.name), "--\(option.flag.name) is not in the manual of \(manual.name)")
    if let given = words[option.flag.name], let value = option.read(given) { return value }
    guard let absent = option.absent else { preconditionFailure("--\(option.flag.name) was not checked") }
    return absent
  }

  /// The flags that were given and bear on the result, in the manual's order and as `--name value`: where the output
  /// goes, and what people are told meanwhile, is left out. Two command lines that mean the same give the same words.
  public var flagsOfResult: [String] {
    let aside: Set = ["memory", "output", "quiet", "progress", "flush", "label", "format", "threads"]
    return manual.allOptions.map(\.flag).filter { !aside.contains($0.name) }.flatMap { flag -> [String] in
      guard let values = words[flag.name] else { return [] }
      return flag.placeholder == nil ? ["--\(flag.name)"] : values.flatMap { ["--\(flag.name)", $0] }
    }
  }

  /// Whether the flag itself is on the command line.
  public func wasGiven<Value>(_ option: Option<Value>) -> Bool {
    words[option.flag.name] != nil
  }

  /// What the command line would be without an option: its value is then the default, and `flagsOfResult` lacks it.
  public func without<Value>(_ option: Option<Value>) -> Arguments {
    precondition(option.absent != nil, "--\(option.flag.name) has a default")
    var others = self
    others.words[option.flag.name] = nil
    return others
  }

  /// Whether the tool has the option at all.
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

  public var isQuiet: Bool { self[CommonOptions.quiet] }

  public var progress: ProgressMode { self[CommonOptions.progress] }

  /// `--seed`, or its default where the manual does not list it.
  public var seed: UInt64 { lists("seed") ? self[CommonOptions.seed] : CommonOptions.seed.absent ?? 0 }

  /// `--label`, where the manual lists it and it is given.
  public var label: String? { words["label"]?.last }

  /// `--output`; nil where it is not given or is `-`: then standard output is meant.
  public var outputPath: String? {
    guard let path = words["output"]?.last, path != "-" else { return nil }
    return path
  }

  /// `--threads`, else the environment's `OPENBLAS_NUM_THREADS`, else all cores.
  public var threads: Int {
    if lists("threads"), let given = self[CommonOptions.threads] { return given }
    if let text = getenv("OPENBLAS_NUM_THREADS"), let count = Int(String(cString: text)), (1...1024).contains(count) {
      return count
    }
    return max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
  }

  /// The refusal of an option's value that only the tool can judge, such as two flags that exclude each other:
  /// `--top 0.3: expected …`.
  public func refusal<Value>(of option: Option<Value>, expected: String) -> Failure {
    let shown = (["--" + option.flag.name] + (words[option.flag.name]?.suffix(1) ?? [])).joined(separator: " ")
    return Failure(.usage, "\(shown): expected \(expected)")
  }
}
