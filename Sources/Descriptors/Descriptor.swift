internal import CShims
public import Failures
internal import Glibc

/// An open file, pipe or device: the ring around the system's calls on it. Partial transfers, EINTR and descriptors
/// that someone left non-blocking are dealt with here, and nowhere else.
public struct Descriptor: Sendable {
  public let number: Int32
  /// As messages name it: a path, `stdin`, `standard output`; nil where whoever catches a failure knows.
  public let name: String?

  public init(_ number: Int32, name: String? = nil) {
    self.number = number
    self.name = name
  }

  /// Closes a descriptor that was written to: the last moment at which a lost write shows.
  ///
  /// - Throws: `.inputOutput`.
  public func close() throws {
    // Linux has closed the descriptor even where it says EINTR.
    guard Glibc.close(number) != 0, errno != EINTR else { return }
    throw fault("cannot be closed")
  }

  /// After a failed call: returns if it is worth trying again, once it is; throws otherwise.
  func waitOrThrow(_ event: Int32, _ problem: String) throws {
    let code = errno
    if code == EINTR { return }
    guard code == EAGAIN else { throw fault(problem, code) }
    var waiting = pollfd(fd: number, events: Int16(event), revents: 0)
    poll(&waiting, 1, -1)
  }

  func fault(_ problem: String, _ code: Int32 = errno) -> Failure {
    let failure = Failure.system(.inputOutput, problem, code)
    return name.map { failure.at($0) } ?? failure
  }
}

extension Failure {
  /// `problem`, and why, in the system's words: `cannot be written: No space left on device`.
  public static func system(_ status: ExitStatus, _ problem: String, _ code: Int32? = nil) -> Failure {
    let code = code ?? errno
    let reason = strerror(code).map { String(cString: $0) } ?? "error \(code)"
    return Failure(status, "\(problem): \(reason)")
  }
}
