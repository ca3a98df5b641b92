internal import CProcess
public import Failures
import Glibc

/// A tool: its manual and what it does. Marked `@main`, it is the whole program.
///
///     @main struct SeqBuild: Command {
///       static let manual = Manual(name: "seq-build", …)
///       static func run(_ arguments: Arguments) throws -> ExitStatus { … }
///     }
public protocol Command {
  /// The tool's name, options and help.
  static var manual: Manual { get }

  /// Does the work.
  ///
  /// - Returns: `.success`, or `.answerIsNo` where a gate or a verdict failed.
  /// - Throws: a `Failure`, whose status becomes the exit status.
  static func run(_ arguments: Arguments) throws -> ExitStatus
}

extension Command {
  /// Runs the tool and exits. It handles every error.
  public static func main() {
    StandardStreams.reserve()
    Diagnostics.tool = manual.name
    Signals.prepare(tool: manual.name)
    Memory.onExhaustion = { failure in end(fail(failure)) }
    checkMemory()
    end(outcome())
  }

  /// Ends a tool that has no room to work in, before it starts: an allocation of Swift's own that fails prints the
  /// runtime's text.
  private static func checkMemory() {
    let room = 32 << 20
    let block = mmap(nil, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard block != MAP_FAILED else { Memory.exhausted(bytes: room) }
    munmap(block, room)
  }

  private static func end(_ outcome: ExitStatus) -> Never {
    var status = outcome
    TemporaryFiles.removeAll()
    do {
      try StandardOutput.close()
    } catch {
      if status == .success || status == .answerIsNo { status = fail(error) }
    }
    exit(status.rawValue)
  }

  private static func outcome() -> ExitStatus {
    do {
      let arguments = try Arguments.parse(words(), manual: manual)
      Diagnostics.isQuiet = arguments.intent == .run && arguments.isQuiet
      switch arguments.intent {
      case .help: try StandardOutput.write(manual.help)
      case .version: try StandardOutput.write(manual.versionLine)
      case .run: return try run(arguments)
      }
      return .success
    } catch {
      return fail(error)
    }
  }

  /// Prints an error as one line and returns the status to exit with.
  private static func fail(_ error: any Error) -> ExitStatus {
    let failure = error as? Failure ?? Failure(.internalFault, "unexpected error: \(error)")
    Diagnostics.report(failure)
    return failure.status
  }

  /// The words after the tool's name.
  ///
  /// - Throws: `.usage` where one is not UTF-8: as a file's name it could not be passed on exactly.
  private static func words() throws -> [String] {
    try (1..<max(1, nextvec_argument_count())).map { index in
      guard let bytes = nextvec_argument(index), let word = String(validatingCString: bytes) else {
        throw Failure(.usage, "argument \(index): expected UTF-8 text, found other bytes")
      }
      return word
    }
  }
}
