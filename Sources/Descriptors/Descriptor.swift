internal import CPipes
public import Failures
internal import Glibc

/// An open file, pipe or device, with the system calls on it. Partial transfers, EINTR and descriptors that another
/// process made non-blocking are handled here, and nowhere else.
///
/// It does not own the descriptor: whoever opened it closes it.
public struct Descriptor: Sendable {
  /// The system's number for it.
  public let number: Int32
  /// Its name in messages: a path, `stdin`, `standard output`; nil where whoever catches a failure adds it.
  public let name: String?

  /// Wraps a descriptor that is open, without taking it over.
  public init(_ number: Int32, name: String? = nil) {
    self.number = number
    self.name = name
  }

  /// Closes a descriptor that was written to: the last call that can report a lost write.
  ///
  /// - Throws: `.inputOutput`.
  public func close() throws {
    // Linux has closed the descriptor even where it says EINTR.
    guard Glibc.close(number) != 0, errno != EINTR else { return }
    throw fault("cannot be closed")
  }

  /// After a failed call: waits until another attempt makes sense and returns, or throws where none does.
  func waitOrThrow(_ event: Int32, _ problem: String) throws {
    let code = errno
    if code == EINTR { return }
    guard code == EAGAIN else { throw fault(problem, code) }
    var waiting = pollfd(fd: number, events: Int16(event), revents: 0)
    poll(&waiting, 1, -1)
  }

  /// The failure of the call that set `code`, at this descriptor's name.
  func fault(_ problem: String, _ code: Int32 = errno) -> Failure {
    // Only bytes of a mapped file can vanish.
    if code == EFAULT { return Failure(.inputOutput, Failure.changedInput) }
    let failure = Failure.system(.inputOutput, problem, code)
    return name.map { failure.at($0) } ?? failure
  }
}

extension Failure {
  /// What went wrong where bytes of a mapped file are no longer there.
  public static let changedInput = "an input file was changed while it was being read"

  /// `problem` and the system's reason: `cannot be written: No space left on device`.
  ///
  /// - Parameter code: of the failed call; nil for `errno` as it is now.
  public static func system(_ status: ExitStatus, _ problem: String, _ code: Int32? = nil) -> Failure {
    let code = code ?? errno
    let reason = strerror(code).map { String(cString: $0) } ?? "error \(code)"
    return Failure(status, "\(problem): \(reason)")
  }
}
