import Failures
import Glibc

/// The thin ring around the system's calls on descriptors.
enum Descriptors {
  /// Gives standard input, output and error something that refuses reading or writing where the parent left them
  /// closed, so that no file opened later takes their numbers and is written to by mistake.
  static func holdStandardOnes() {
    for (descriptor, mode) in [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY)] {
      if fcntl(descriptor, F_GETFD) == -1 { _ = open("/dev/null", mode) }
    }
  }

  /// Writes all of `bytes`, through interruptions, short writes and descriptors that do not wait.
  ///
  /// - Throws: `Failure` with status 74.
  static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, named name: String) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = UnsafeRawBufferPointer(rebasing: rest)
      let count = Glibc.write(descriptor, piece.baseAddress, piece.count)
      if count >= 0 {
        rest = rest.dropFirst(count)
      } else if errno == EAGAIN {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&waiting, 1, -1)
      } else if errno != EINTR {
        throw Failure.system(.inputOutput, errno, at: name)
      }
    }
  }

  /// Closes a descriptor that was written to: the last moment at which a lost write shows.
  static func close(_ descriptor: Int32, named name: String) throws {
    // Linux has closed the descriptor even where it says EINTR.
    guard Glibc.close(descriptor) != 0, errno != EINTR else { return }
    throw Failure.system(.inputOutput, errno, at: name)
  }
}

extension Failure {
  /// What the system said: "No space left on device".
  static func system(_ status: ExitStatus, _ code: Int32, at place: String) -> Failure {
    let text = strerror(code).map { String(cString: $0) } ?? "error \(code)"
    return Failure(status, status == .cannotCreate ? "cannot be created: \(text)" : text, at: place)
  }
}
