/// The exit statuses of every tool. The numbers are a contract with shells, make and xargs, and each tool's `--help`
/// lists them; 255 is never used, because xargs and ssh give it a meaning of their own.
public enum ExitStatus: Int32, Sendable {
  /// Done, and the answer is yes.
  case success = 0
  /// Done, and the answer is no: a gate or a verdict failed, or two streams differ.
  case answerIsNo = 1
  /// The command line cannot be understood.
  case usage = 64
  /// The data are malformed, truncated, non-finite or do not fit together.
  case badData = 65
  /// An input cannot be opened.
  case cannotOpen = 66
  /// A fault of nextvec itself.
  case internalFault = 70
  /// The system gives too little memory.
  case outOfResources = 71
  /// An output cannot be created.
  case cannotCreate = 73
  /// Reading or writing failed.
  case inputOutput = 74
}
