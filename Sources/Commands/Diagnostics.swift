public import Failures
import Glibc
import Synchronization

/// A tool's messages to people: errors, hints and notes, each one line on standard error in a single write.
public enum Diagnostics {
  /// The name at the front of every line.
  nonisolated(unsafe) static var tool = "nextvec"
  nonisolated(unsafe) static var isQuiet = false
  nonisolated(unsafe) private static var responses: [(Failure) -> Bool] = []
  private static let lock = Mutex(())

  /// Adds something to do when the tool fails, before it exits: writing an abort record, removing an unfinished file.
  /// All responses run, the latest first.
  ///
  /// - Parameter response: returns true where the failure was passed on downstream, where it will be printed, and must
  ///   not be printed here. A usage error is printed nevertheless, since it concerns this tool's command line.
  public static func onFailure(_ response: @escaping (Failure) -> Bool) {
    lock.withLock { _ in responses.append(response) }
  }

  /// Prints a line about something that does not stop the work, such as a count of what was skipped, unless `--quiet`.
  public static func note(_ text: String) {
    guard !isQuiet else { return }
    write(line("note", text))
  }

  /// Runs the responses and prints the failure, unless one of them has passed it on.
  static func report(_ failure: Failure) {
    let responses = lock.withLock { _ in self.responses }
    var isPassedOn = false
    for response in responses.reversed() where response(failure) { isPassedOn = true }
    guard !isPassedOn || failure.status == .usage else { return }
    write(line("error", message(of: failure)))
    if let hint = failure.hint { write(line("hint", hint)) }
  }

  /// The failure in one line; a failure from upstream in the words of its origin: `upstream seq-build failed (65): …`.
  static func message(of failure: Failure) -> String {
    guard let origin = failure.origin else { return failure.description }
    return "upstream \(origin.tool) failed (\(origin.status)): \(origin.reason)"
  }

  /// `tool: kind: text` and a line end, whatever the text holds.
  static func line(_ kind: String, _ text: String) -> String {
    oneLine("\(tool): \(kind): \(text)", limit: 400) + "\n"
  }

  /// One write to standard error. Its errors are ignored: there is nowhere to report them.
  static func write(_ text: String) {
    var bytes = Array((ProgressLine.erasure + text).utf8)
    bytes.withUnsafeMutableBytes { buffer in
      _ = Glibc.write(STDERR_FILENO, buffer.baseAddress, buffer.count)
    }
  }
}

/// `text` without line ends, other control characters and marks that change the direction of writing, so that no file
/// name can forge a line or control the terminal. Of a text longer than `limit` characters the middle is left out.
func oneLine(_ text: String, limit: Int) -> String {
  var clean = String.UnicodeScalarView()
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\n": clean.append(contentsOf: "\\n".unicodeScalars)
    case "\r": clean.append(contentsOf: "\\r".unicodeScalars)
    case "\t": clean.append(contentsOf: "\\t".unicodeScalars)
    case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}"..."\u{202E}", "\u{2066}"..."\u{2069}":
      clean.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
    default: clean.append(scalar)
    }
  }
  guard clean.count > limit else { return String(clean) }
  let half = (limit - 3) / 2
  return String(String.UnicodeScalarView(clean.prefix(half))) + "..."
    + String(String.UnicodeScalarView(clean.suffix(half)))
}
