import Glibc

/// A tool's progress: one line on a terminal, rewritten as the work proceeds, and the answer to SIGUSR1.
///
///     let progress = Progress(arguments, unit: "rows", total: totals?.rows)
///     while let frame = try reader.next() { …; progress.advance(by: frame.rows) }
///     progress.finish()
///
/// `advance` reads the clock each time: call it for each frame, not for each row.
public final class Progress {
  /// How many units there will be; nil while that is not known.
  public var total: Int?
  /// How many units are done.
  public private(set) var count = 0
  private let unit: String
  private let stopwatch = Stopwatch()
  private let isTerminal: Bool
  /// When the next line is due, in seconds since the start; infinite if none is shown.
  private var due: Double

  /// Starts the clock; nothing is shown in the first second.
  ///
  /// - Parameter unit: what is counted, in the plural: `rows`.
  public init(_ arguments: Arguments, unit: String, total: Int? = nil) {
    self.total = total
    self.unit = unit
    isTerminal = isatty(STDERR_FILENO) == 1
    let isWanted =
      switch arguments.progress {
      case .always: true
      case .never: false
      case .auto: isTerminal && !arguments.isQuiet
      }
    due = isWanted ? 1 : .infinity
  }

  deinit { ProgressLine.erase() }

  /// Counts `amount` more units, and prints a line where one is due.
  public func advance(by amount: Int = 1) {
    count = count.addingReportingOverflow(amount).partialValue
    if Signals.statusIsWanted { answer() }
    guard due.isFinite else { return }
    let elapsed = stopwatch.seconds
    guard elapsed >= due else { return }
    show(elapsed: elapsed)
    // Five updates a second look smooth on a terminal; one line in ten seconds is enough for a log.
    due = elapsed + (isTerminal ? 0.2 : 10)
  }

  /// Clears the line, so that what is printed afterwards begins at the left edge.
  public func finish() {
    if Signals.statusIsWanted { answer() }
    due = .infinity
    ProgressLine.erase()
  }

  /// The line that SIGUSR1 asks for, whatever `--quiet` and `--progress` say.
  private func answer() {
    Signals.statusIsWanted = false
    Diagnostics.write("\(Diagnostics.tool): \(text(elapsed: stopwatch.seconds))\n")
  }

  private func show(elapsed: Double) {
    let line = "\(Diagnostics.tool): \(text(elapsed: elapsed))"
    if isTerminal { ProgressLine.draw(line) } else { Diagnostics.write(line + "\n") }
  }

  /// `120000 rows, 1.2 M rows/s, 0.1 s, 3.0 s left`
  func text(elapsed: Double) -> String {
    let rate = elapsed > 0 ? Double(count) / elapsed : 0
    var text = "\(count)\(total.map { " of \($0)" } ?? "") \(unit), \(Figures.scaled(rate)) \(unit)/s, "
    text += Figures.duration(elapsed)
    if let total, total > count, rate > 0 { text += ", \(Figures.duration(Double(total - count) / rate)) left" }
    return text
  }
}

/// The progress line at the bottom of the terminal, which the next line on standard error replaces.
enum ProgressLine {
  nonisolated(unsafe) private static var isShown = false

  /// What clears the progress line, at the front of the next line on standard error; empty where none is shown.
  static var erasure: String {
    guard isShown else { return "" }
    isShown = false
    return "\r\u{1B}[K"
  }

  /// Replaces the line. It is cut to the terminal's width, since a line that wraps cannot be cleared.
  static func draw(_ line: String) {
    var size = winsize()
    let isKnown = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    Diagnostics.write((isShown ? "" : "\r\u{1B}[K") + line.prefix((isKnown ? Int(size.ws_col) : 80) - 1))
    isShown = true
  }

  static func erase() {
    if isShown { Diagnostics.write("") }
  }
}
