internal import CShims
internal import Failures
internal import Glibc

/// The ring around read(2) and write(2): partial transfers, EINTR and descriptors that someone left non-blocking are
/// dealt with here, and nowhere else in this module.
struct Descriptor {
  let number: Int32
  /// As messages name it: a path, `stdin`, `standard output`.
  let name: String

  /// Reads at least `minimum` bytes into `buffer`, more if they are there; fewer only at the end of the input.
  func read(into buffer: UnsafeMutableRawBufferPointer, atLeast minimum: Int) throws -> Int {
    var count = 0
    while count < minimum {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
      let got = Glibc.read(number, rest.baseAddress, rest.count)
      if got > 0 {
        count += got
      } else if got == 0 {
        break
      } else {
        try waitOrThrow(POLLIN, "cannot be read")
      }
    }
    return count
  }

  /// Writes all of `parts`, in order.
  func write(_ parts: inout [iovec]) throws {
    var first = 0
    while first < parts.count {
      let count = min(parts.count - first, 1024)  // IOV_MAX
      let wrote = parts.withUnsafeBufferPointer { writev(number, $0.baseAddress.map { $0 + first }, Int32(count)) }
      guard wrote >= 0 else {
        try waitOrThrow(POLLOUT, "cannot be written")
        continue
      }
      Self.advance(&parts, &first, by: wrote)
    }
  }

  /// Moves bytes of a file into a pipe without copying them (splice(2)).
  ///
  /// - Returns: how many were moved: fewer than `count`, or none, where the system declines.
  func splice(from file: Int32, offset: Int, count: Int) throws -> Int {
    var moved = 0
    var place = off_t(offset)
    while moved < count {
      let got = nextvec_splice(file, &place, number, count - moved)
      if got > 0 {
        moved += got
      } else if got < 0, errno == EINTR || errno == EAGAIN {
        try waitOrThrow(POLLOUT, "cannot be written")
      } else {
        break
      }
    }
    return moved
  }

  /// Whether this is a pipe.
  var isPipe: Bool {
    var status = stat()
    return fstat(number, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO
  }

  private static func advance(_ parts: inout [iovec], _ first: inout Int, by written: Int) {
    var rest = written
    while first < parts.count, rest >= parts[first].iov_len {
      rest -= parts[first].iov_len
      first += 1
    }
    guard first < parts.count else { return }
    parts[first].iov_base = parts[first].iov_base.map { $0 + rest }
    parts[first].iov_len -= rest
  }

  /// After a failed call: returns if it is worth trying again, throws otherwise.
  private func waitOrThrow(_ event: Int32, _ problem: String) throws {
    let code = errno
    if code == EINTR { return }
    if code == EAGAIN {
      var waiting = pollfd(fd: number, events: Int16(event), revents: 0)
      poll(&waiting, 1, -1)
      return
    }
    throw Failure(.inputOutput, "\(problem): \(String(cString: strerror(code)))", at: name)
  }

  /// Asks for a pipe of 1 MiB, which moves half as much again as one of 64 KiB; the system may refuse.
  func widenPipe() {
    _ = fcntl(number, nextvec_set_pipe_size, 1 << 20)
  }

  /// The size of a regular file; nil for anything else.
  var regularFileSize: Int? {
    var status = stat()
    guard fstat(number, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int(status.st_size)
  }
}
