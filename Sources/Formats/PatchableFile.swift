internal import Descriptors
import Failures
import Glibc

/// Writes a regular file from its start, collecting small pieces; what has been written can be overwritten in place.
final class PatchableFile {
  /// Bytes appended so far.
  private(set) var position = 0
  private let descriptor: Descriptor
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 64)
  private var pending = 0

  /// Throws `.cannotCreate` where the descriptor is no file that can be written from its start in any order.
  init(descriptor: Int32) throws {
    self.descriptor = Descriptor(descriptor)
    let hint = "name a file, or redirect to one with >, neither to a pipe nor with >>"
    guard self.descriptor.isRegularFile else {
      throw Failure(
        .cannotCreate, "expected a regular file, since sizes are filled in at the end; found a pipe or device",
        hint: hint)
    }
    guard fcntl(descriptor, F_GETFL) & O_APPEND == 0, lseek(descriptor, 0, SEEK_CUR) == 0 else {
      throw Failure(.cannotCreate, "expected a file written from its start, found one that is appended to", hint: hint)
    }
  }

  deinit {
    buffer.deallocate()
  }

  func append(_ bytes: UnsafeRawBufferPointer) throws {
    if bytes.count > buffer.count - pending { try flush() }
    if bytes.count >= buffer.count {
      try descriptor.write(bytes, at: position)
    } else {
      UnsafeMutableRawBufferPointer(rebasing: buffer[pending...]).copyMemory(from: bytes)
      pending += bytes.count
    }
    position += bytes.count
  }

  func append(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { try append($0) }
  }

  /// Replaces bytes that have been appended.
  func overwrite(_ bytes: [UInt8], at offset: Int) throws {
    precondition(offset >= 0 && offset + bytes.count <= position, "only what is there is overwritten")
    try flush()
    try bytes.withUnsafeBytes { try descriptor.write($0, at: offset) }
  }

  /// Writes what is pending, ends the file there, and leaves the descriptor at its end.
  func finish() throws {
    try flush()
    guard ftruncate(descriptor.number, off_t(position)) == 0, lseek(descriptor.number, off_t(position), SEEK_SET) >= 0
    else {
      throw Failure.system(.inputOutput, "cannot set the file's length")
    }
  }

  private func flush() throws {
    guard pending > 0 else { return }
    let written = UnsafeRawBufferPointer(rebasing: buffer[..<pending])
    try descriptor.write(written, at: position - pending)
    pending = 0
  }
}
