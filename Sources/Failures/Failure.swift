/// The first stage of a pipeline that failed: what an abort record carries to the last stage.
public struct FailureOrigin: Hashable, Sendable {
  /// The tool's name, as it is typed.
  public var tool: String
  /// The exit status of that tool; any number, since the record may come from a later release.
  public var status: Int32
  /// What went wrong there: places and problem in one line.
  public var reason: String

  /// An origin as an abort record states it.
  public init(tool: String, status: Int32, reason: String) {
    self.tool = tool
    self.status = status
    self.reason = reason
  }
}

/// What went wrong, where, and the exit status it deserves: the one error type of the project.
///
/// Modules throw it; only `Commands` prints it (`tool: error: place: problem`) and exits with its status.
public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
  /// The status with which the tool exits.
  public var status: ExitStatus
  /// Where: a file or `stdin`, then frame, row or byte, outermost first; joined by `: ` when printed.
  public var places: [String]
  /// What is wrong, in one line: what was expected and what was found.
  public var problem: String
  /// What the user can do about it, in one line.
  public var hint: String?
  /// The stage upstream that failed, as its abort record says; nil where the fault is this tool's own.
  public var origin: FailureOrigin?

  /// A failure at `places`, outermost first; without a place where the caller knows it and adds it with `at`.
  public init(
    _ status: ExitStatus, _ problem: String, at places: String..., hint: String? = nil, origin: FailureOrigin? = nil
  ) {
    self.status = status
    self.problem = problem
    self.places = places
    self.hint = hint
    self.origin = origin
  }

  /// The same failure seen from one level further out, as a file is to the row inside it.
  public func at(_ place: String) -> Failure {
    var outer = self
    outer.places.insert(place, at: 0)
    return outer
  }

  /// `place: problem` in one line.
  public var description: String {
    (places + [problem]).joined(separator: ": ")
  }
}

/// Runs `body`, adding `place` to the front of any failure's places.
public func at<Result>(_ place: @autoclosure () -> String, _ body: () throws -> Result) throws -> Result {
  do {
    return try body()
  } catch let failure as Failure {
    throw failure.at(place())
  }
}
