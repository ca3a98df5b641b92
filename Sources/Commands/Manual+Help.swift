import Failures

extension Manual {
  /// The page that `--help` prints, at most 100 columns wide, in sections that help2man recognizes.
  public var help: String {
    var sections = ["\(name) - \(purpose)\n\n\(usage)"]
    if let details { sections.append(wrapped(details)) }
    sections.append("Options:\n" + allOptions.map { entry(of: $0.flag) }.joined())
    sections.append("Memory:\n" + wrapped(memory, indent: 2))
    sections.append("Examples:\n" + example.split(separator: "\n").map { "  \($0)\n" }.joined())
    sections.append("Exit status:\n" + exitStatuses)
    if !seeAlso.isEmpty { sections.append("See also:\n" + wrapped(seeAlso.joined(separator: ", "), indent: 2)) }
    return sections.joined(separator: "\n")
  }

  /// `Usage: seq-build --out FILE [OPTION ...] [FILE]`
  var usage: String {
    let required = allOptions.map(\.flag).filter(\.isRequired).map { "--\($0.name) \($0.placeholder ?? "")" }
    let words = [name] + required + ["[OPTION ...]", operands.usage]
    return "Usage: " + words.filter { !$0.isEmpty }.joined(separator: " ") + "\n"
  }

  /// One flag, its value, what it does, its range and its default.
  private func entry(of flag: Flag) -> String {
    let letter = flag.letter.map { "-\($0), " } ?? "    "
    let head = "  \(letter)--\(flag.name)" + (flag.placeholder.map { " \($0)" } ?? "")
    let notes = [
      flag.range, flag.fallback.map { "default \($0)" }, flag.isRequired ? "required" : nil,
      flag.isRepeatable ? "may be repeated" : nil,
    ].compactMap { $0 }
    let body = wrapped(flag.help + (notes.isEmpty ? "" : " (\(notes.joined(separator: "; ")))"), indent: 30)
    guard head.count <= 28 else { return head + "\n" + body }
    return head + String(repeating: " ", count: 30 - head.count) + body.dropFirst(30)
  }

  /// What each exit status means, in the order of their numbers.
  private var exitStatuses: String {
    let entries: [(status: ExitStatus, meaning: String)] = [
      (.success, "done"),
      (.answerIsNo, ""),
      (.usage, "the command line cannot be understood"),
      (.badData, "the data are malformed, truncated, not finite or do not fit together"),
      (.cannotOpen, "an input cannot be opened"),
      (.internalFault, "a fault of nextvec itself"),
      (.outOfResources, "the system gives too little memory"),
      (.cannotCreate, "an output cannot be created"),
      (.inputOutput, "reading or writing failed"),
    ]
    return entries.map { entry in
      let meaning = exits[entry.status] ?? entry.meaning
      guard !meaning.isEmpty else { return "" }
      let number = "\(entry.status.rawValue)"
      return "  \(number)" + String(repeating: " ", count: 4 - number.count) + wrapped(meaning, indent: 6).dropFirst(6)
    }.joined()
  }
}

/// `text` broken into lines of at most 100 columns, each indented. Paragraphs are separated by empty lines; a line that
/// begins with a space is kept unchanged.
func wrapped(_ text: String, indent: Int = 0) -> String {
  let margin = String(repeating: " ", count: indent)
  var lines: [String] = []
  var line = ""
  for source in text.split(separator: "\n", omittingEmptySubsequences: false) {
    if source.isEmpty || source.hasPrefix(" ") {
      if !line.isEmpty { lines.append(margin + line) }
      line = ""
      lines.append(source.isEmpty ? "" : margin + source)
      continue
    }
    for word in source.split(separator: " ") {
      if !line.isEmpty, indent + line.count + 1 + word.count > 100 {
        lines.append(margin + line)
        line = ""
      }
      line += line.isEmpty ? String(word) : " " + word
    }
  }
  if !line.isEmpty { lines.append(margin + line) }
  return lines.map { $0 + "\n" }.joined()
}
