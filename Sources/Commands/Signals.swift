internal import Descriptors
internal import Failures
import Glibc

/// The tool's handling of signals.
enum Signals {
  /// Set by SIGUSR1, cleared by the progress that answers it.
  nonisolated(unsafe) static var statusIsWanted = false
  /// The error line for a changed input, made in advance: a handler may not allocate.
  nonisolated(unsafe) private static var changedInput: UnsafeMutableBufferPointer<UInt8>?
  /// The error line for a crash.
  nonisolated(unsafe) private static var crash: UnsafeMutableBufferPointer<UInt8>?

  /// Called at the start of a tool: a closed reader ends it silently, SIGUSR1 asks for its status, a write beyond the
  /// limit on a file's size fails like one on a full disk, and a mapped file that shrinks is a read error rather than a
  /// crash. A crash is one line and status 70 instead of the Swift runtime's registers.
  static func prepare(tool: String) {
    endByPipe()
    signal(SIGXFSZ, SIG_IGN)
    changedInput = bytes("\(tool): error: \(Failure.changedInput)\n")
    crash = bytes("\(tool): error: ended by a fault of its own, or because the system gave too little memory\n")
    statusIsWanted = false
    handle(SIGUSR1, flags: SA_RESTART) { _ in Signals.statusIsWanted = true }
    handle(SIGBUS, flags: 0) { _ in Signals.end(Signals.changedInput, status: 74) }
    useAlternateStack()
    for number in [SIGILL, SIGTRAP, SIGABRT, SIGFPE, SIGSEGV] {
      handle(number, flags: SA_ONSTACK) { _ in Signals.end(Signals.crash, status: 70) }
    }
    // The Swift runtime answers SIGQUIT as it does a crash.
    handle(SIGQUIT, flags: Int32(bitPattern: UInt32(SA_RESETHAND))) { number in raise(number) }
  }

  /// Safe within a signal handler.
  private static func end(_ line: UnsafeMutableBufferPointer<UInt8>?, status: Int32) -> Never {
    TemporaryFiles.removeAll()
    if let line { _ = write(STDERR_FILENO, line.baseAddress, line.count) }
    _exit(status)
  }

  /// Room for a handler where the stack has overflowed.
  private static func useAlternateStack() {
    let size = 64 << 10
    var stack = stack_t()
    stack.ss_sp = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
    stack.ss_size = size
    sigaltstack(&stack, nil)
  }

  /// Makes the signals that end a process from outside, SIGPIPE among them, remove the temporary files first.
  static func removeTemporariesWhenEnded() {
    for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGXCPU] {
      handle(number, flags: Int32(bitPattern: UInt32(SA_RESETHAND))) { number in
        TemporaryFiles.removeAll()
        raise(number)
      }
    }
  }

  /// Runs `body` with all signals blocked until it returns.
  static func withAllBlocked<Result>(_ body: () -> Result) -> Result {
    var all = sigset_t()
    var before = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_BLOCK, &all, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    return body()
  }

  /// Makes SIGPIPE end the process, even where the parent ignored or blocked it, as some job runners do.
  private static func endByPipe() {
    signal(SIGPIPE, SIG_DFL)
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, SIGPIPE)
    sigprocmask(SIG_UNBLOCK, &set, nil)
  }

  /// Installs a handler, unless the signal was ignored at the start, which `nohup` and background jobs rely on.
  private static func handle(_ number: Int32, flags: Int32, _ handler: @escaping @convention(c) (Int32) -> Void) {
    var current = sigaction()
    guard sigaction(number, nil, &current) == 0 else { return }
    if unsafeBitCast(current.__sigaction_handler.sa_handler, to: Int.self) == ignored { return }
    var action = sigaction()
    action.__sigaction_handler.sa_handler = handler
    action.sa_flags = flags
    sigaction(number, &action, nil)
  }

  /// SIG_IGN.
  private static let ignored = 1

  private static func bytes(_ text: String) -> UnsafeMutableBufferPointer<UInt8> {
    let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: text.utf8.count)
    _ = buffer.initialize(from: text.utf8)
    return buffer
  }
}
