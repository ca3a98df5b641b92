import Failures
import Glibc

/// The words of the C library for the last error.
func systemError(_ code: Int32 = errno) -> String {
  String(cString: strerror(code))
}

/// The POSIX calls on a descriptor that this module needs: each repeated when a signal interrupts it, each checked.
enum Descriptor {
  /// Reads up to `buffer.count` bytes; 0 at the end.
  static func read(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    while true {
      let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      if count >= 0 { return count }
      if errno != EINTR { throw Failure(.inputOutput, "cannot read: \(systemError())") }
    }
  }

  /// Writes all of `bytes` at `offset`.
  static func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int) throws {
    var done = 0
    while done < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
      let count = pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
      if count > 0 {
        done += count
      } else if count == 0 || errno != EINTR {
        let reason = count == 0 ? "the device takes no more bytes" : systemError()
        throw Failure(.inputOutput, "cannot write \(bytes.count) bytes at byte \(offset): \(reason)")
      }
    }
  }

  /// Reads exactly `buffer.count` bytes at `offset`.
  static func read(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws {
    var done = 0
    while done < buffer.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
      let count = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
      if count > 0 {
        done += count
      } else if count == 0 || errno != EINTR {
        let reason = count == 0 ? "the file ends early" : systemError()
        throw Failure(.inputOutput, "cannot read \(buffer.count) bytes at byte \(offset): \(reason)")
      }
    }
  }

  static func status(_ descriptor: Int32) throws -> stat {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw Failure(.cannotOpen, "cannot examine: \(systemError())")
    }
    return status
  }
}
