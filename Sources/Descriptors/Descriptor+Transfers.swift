internal import CPipes
internal import Failures
public import Glibc

extension Descriptor {
  /// Reads at least `minimum` bytes into `buffer`, more if they are available, fewer only at the end of the input.
  ///
  /// - Returns: how many bytes were read; 0 at the end of the input.
  /// - Throws: `.inputOutput`, like every transfer here.
  public func read(into buffer: UnsafeMutableRawBufferPointer, atLeast minimum: Int = 1) throws -> Int {
    var count = 0
    while count < minimum {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
      let received = Glibc.read(number, rest.baseAddress, rest.count)
      if received > 0 {
        count += received
      } else if received == 0 {
        break
      } else {
        try waitOrThrow(POLLIN, "cannot be read")
      }
    }
    return count
  }

  /// Reads exactly `buffer.count` bytes at `offset` of a file.
  public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws {
    var done = 0
    while done < buffer.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
      let received = pread(number, rest.baseAddress, rest.count, off_t(offset + done))
      guard received != 0 else { throw Failure(.inputOutput, "ends early, at byte \(offset + done)") }
      if received > 0 { done += received } else { try waitOrThrow(POLLIN, "cannot be read") }
    }
  }

  /// Writes all of `bytes`.
  public func write(_ bytes: UnsafeRawBufferPointer) throws {
    var parts = [iovec(bytes)]
    try write(&parts)
  }

  /// Writes all of `parts`, in order. It counts down what is left in `parts`, which the caller must not use afterwards.
  public func write(_ parts: inout [iovec]) throws {
    var first = 0
    while first < parts.count {
      let count = min(parts.count - first, 1024)  // IOV_MAX
      let written = parts.withUnsafeBufferPointer { writev(number, $0.baseAddress.map { $0 + first }, Int32(count)) }
      if written >= 0 {
        Self.advance(&parts, &first, by: written)
      } else {
        try waitOrThrow(POLLOUT, "cannot be written")
      }
    }
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

  /// Writes all of `bytes` at `offset` of a file.
  public func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws {
    var done = 0
    while done < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
      let written = pwrite(number, rest.baseAddress, rest.count, off_t(offset + done))
      guard written != 0 else { throw Failure(.inputOutput, "cannot be written: the device accepts no more bytes") }
      if written > 0 { done += written } else { try waitOrThrow(POLLOUT, "cannot be written") }
    }
  }

  /// Moves bytes of a file into a pipe without copying them (splice(2)).
  ///
  /// - Parameter offset: the byte of the file to start with.
  /// - Returns: how many were moved: fewer than `count`, or none, where the system declines.
  public func splice(from file: Int32, offset: Int, count: Int) throws -> Int {
    var moved = 0
    var position = off_t(offset)
    while moved < count {
      let received = nextvec_splice(file, &position, number, count - moved)
      if received > 0 {
        moved += received
      } else if received < 0, errno == EINTR || errno == EAGAIN {
        try waitOrThrow(POLLOUT, "cannot be written")
      } else {
        break
      }
    }
    return moved
  }
}

extension iovec {
  /// The bytes as one part of a gathered write; the caller keeps them alive until it is done.
  public init(_ bytes: UnsafeRawBufferPointer) {
    self.init(iov_base: UnsafeMutableRawPointer(mutating: bytes.baseAddress), iov_len: bytes.count)
  }
}
