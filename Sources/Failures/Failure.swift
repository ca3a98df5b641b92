/// The first stage of a pipeline that failed: what an abort record carries to the last one.
public struct FailureOrigin: Hashable, Sendable {
  public var tool: String
  public var status: Int32
  public var reason: String

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
  public var status: ExitStatus
  /// Where: a file or `stdin`, then frame, row or byte, from the outside in; joined by `: ` when printed.
  public var places: [String]
  /// What is wrong: expected and found, in one line.
  public var problem: String
  /// What the user can do about it, in one line.
  public var hint: String?
  /// Set when the fault lies in a stage upstream, which has told us so by an abort record.
  public var origin: FailureOrigin?

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
