import Failures

extension Arguments {
  /// Parses the words after a tool's name.
  ///
  /// Parsing stops at `--help` and at `--version`: what follows them is not checked.
  ///
  /// - Throws: `.usage`, with the flag and what was expected.
  public static func parse(_ commandLine: [String], manual: Manual) throws -> Arguments {
    var parser = Parser(commandLine, manual: manual)
    try parser.readAll()
    return parser.arguments
  }
}

/// Reads one command line from left to right.
private struct Parser {
  var arguments: Arguments
  private let options: [any OptionProtocol]
  private var rest: ArraySlice<String>

  init(_ commandLine: [String], manual: Manual) {
    arguments = Arguments(commandLine, manual: manual)
    options = manual.allOptions
    rest = commandLine[...]
    precondition(Set(options.map(\.flag.name)).count == options.count, "\(manual.name) lists a flag twice")
  }

  mutating func readAll() throws {
    while let word = rest.popFirst() {
      if word == "--" {
        arguments.operands += rest
        rest = []
      } else if word.hasPrefix("--") {
        try readLong(word)
      } else if word.hasPrefix("-"), word != "-" {
        try readShort(word)
      } else {
        arguments.operands.append(word)
      }
      if arguments.intent != .run { return }
    }
    try checkRequired()
    try checkOperands()
  }

  /// `--name`, `--name value` or `--name=value`.
  private mutating func readLong(_ word: String) throws {
    let body = word.dropFirst(2)
    let equals = body.firstIndex(of: "=")
    let name = String(body[..<(equals ?? body.endIndex)])
    guard let option = options.first(where: { [$0.flag.name, $0.flag.alias].contains(name) }) else {
      throw unknown("--" + name, name: name)
    }
    try take(option, value: equals.map { String(body[body.index(after: $0)...]) })
  }

  /// `-o value`, or `-n10`: digits may follow the letter directly.
  private mutating func readShort(_ word: String) throws {
    let body = word.dropFirst()
    let digits = body.dropFirst()
    let option = options.first { $0.flag.letter != nil && $0.flag.letter == body.first }
    guard let option, digits.isEmpty || (option.flag.placeholder == "N" && Int(digits) != nil) else {
      throw unknown(word, name: String(body))
    }
    try take(option, value: digits.isEmpty ? nil : String(digits))
  }

  private mutating func take(_ option: any OptionProtocol, value attached: String?) throws {
    let flag = option.flag
    guard flag.placeholder != nil else {
      if let attached { throw Failure(.usage, "--\(flag.name)=\(attached): --\(flag.name) takes no value") }
      arguments.words[flag.name] = []
      if flag.name == CommonOptions.help.flag.name { arguments.intent = .help }
      if flag.name == CommonOptions.version.flag.name { arguments.intent = .version }
      return
    }
    let value = try attached ?? nextValue(of: flag)
    let earlier = arguments.words[flag.name] ?? []
    if let first = earlier.first, !flag.isRepeatable {
      throw Failure(.usage, "--\(flag.name) \(value): --\(flag.name) was already given, as \(first)")
    }
    guard option.accepts(earlier + [value]) else {
      throw Failure(.usage, "--\(flag.name) \(value.isEmpty ? "''" : value): expected \(flag.expectation)")
    }
    arguments.words[flag.name] = earlier + [value]
  }

  /// The word after a flag. A word that looks like a flag is not a value; `--name=--value` passes such a value.
  private mutating func nextValue(of flag: Flag) throws -> String {
    let next = rest.first
    guard let next, !next.hasPrefix("--"), !isShortFlag(next) else {
      throw Failure(.usage, "--\(flag.name): expected \(flag.expectation), found \(next ?? "the end of the line")")
    }
    rest.removeFirst()
    return next
  }

  private func isShortFlag(_ word: String) -> Bool {
    word.count == 2 && word.first == "-" && options.contains { $0.flag.letter != nil && $0.flag.letter == word.last }
  }

  private func unknown(_ shown: String, name: String) -> Failure {
    let nearest = Spelling.nearest(to: name.lowercased(), among: options.map(\.flag.name))
    let suggestion = nearest.map { "did you mean --\($0)?" } ?? "see \(arguments.tool) --help"
    return Failure(.usage, "unknown flag \(shown) (\(suggestion))")
  }

  private func checkRequired() throws {
    for flag in options.map(\.flag) where flag.isRequired && arguments.words[flag.name] == nil {
      throw Failure(.usage, "--\(flag.name) is missing: expected \(flag.expectation)")
    }
  }

  private func checkOperands() throws {
    let operands = arguments.operands
    let (minimum, maximum, names): (Int, Int, [String]) =
      switch arguments.manual.operands {
      case .none: (0, 0, [])
      case .optional(let name): (0, 1, [name])
      case .required(let names): (names.count, names.count, names)
      case .any(let name): (0, Int.max, [name])
      case .atLeastOne(let name): (1, Int.max, [name])
      }
    if operands.count < minimum {
      throw Failure(.usage, "\(names[operands.count]) is missing: expected \(names.joined(separator: " "))")
    }
    if operands.count > maximum {
      let expected = names.isEmpty ? "no operand" : "no operand after \(names.joined(separator: " "))"
      throw Failure(.usage, "unexpected \(operands[maximum].isEmpty ? "''" : operands[maximum]): expected \(expected)")
    }
  }
}
