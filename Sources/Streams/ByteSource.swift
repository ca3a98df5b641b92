internal import Failures
internal import Glibc

/// The bytes of an input, in order: a regular file is mapped, anything else is read into one reused buffer.
final class ByteSource {
  private let descriptor: Descriptor
  private let mapping: Mapping?
  private let buffer: AlignedBuffer
  /// The part of `buffer` that has been read and not taken.
  private var unread = 0..<0
  /// Bytes taken so far.
  private(set) var position = 0

  var name: String { descriptor.name }

  init(descriptor number: Int32, name: String) {
    descriptor = Descriptor(number: number, name: name)
    mapping = Mapping(descriptor)
    buffer = AlignedBuffer(capacity: mapping == nil ? 1 << 20 : 0)
    if mapping == nil { descriptor.widenPipe() }
  }

  /// The next `count` bytes, or as many as there are before the end. They stay good until the next call.
  ///
  /// After a record of a multiple of 64 bytes the next one begins at an aligned address.
  func take(_ count: Int) throws -> UnsafeRawBufferPointer {
    let taken = try mapping?.take(count) ?? read(count)
    position += taken.count
    return taken
  }

  private func read(_ count: Int) throws -> UnsafeRawBufferPointer {
    if unread.count < count {
      // What is left over is at most a record's head: it costs nothing to move it to the aligned front.
      let head = unread.count
      if head > 0 {
        let front = UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[..<head])
        front.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer.bytes[unread]))
      }
      // A head's worth more than is asked for: the next record's head then comes with this one's body.
      let room = count + RecordHead.byteCount
      buffer.reserve(room, keeping: head)
      let target = UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[head..<room])
      unread = 0..<head + (try descriptor.read(into: target, atLeast: count - head))
    }
    let taken = unread.lowerBound..<min(unread.upperBound, unread.lowerBound + count)
    unread = taken.upperBound..<unread.upperBound
    return UnsafeRawBufferPointer(rebasing: buffer.bytes[taken])
  }
}

/// A regular file in memory, read once from front to back: pages are fetched in steps ahead of the reader and given
/// back behind it, so that resident memory stays small whatever the file's size.
private final class Mapping {
  private let bytes: UnsafeMutableRawBufferPointer
  private var next: Int
  private var fetched: Int
  private var released = 0

  private static let step = 4 << 20

  /// - Returns: nil where the input is no regular file, or cannot be mapped so that floats lie aligned.
  init?(_ descriptor: Descriptor) {
    let offset = Int(lseek(descriptor.number, 0, SEEK_CUR))
    guard let size = descriptor.regularFileSize, offset >= 0, offset < size, offset % 64 == 0 else { return nil }
    let address = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor.number, 0)
    guard let address, address != MAP_FAILED else { return nil }
    bytes = UnsafeMutableRawBufferPointer(start: address, count: size)
    next = offset
    fetched = offset
  }

  deinit { munmap(bytes.baseAddress, bytes.count) }

  func take(_ count: Int) -> UnsafeRawBufferPointer {
    // What the last call gave has been used by now.
    if next - released > Self.step { release() }
    let taken = next..<min(bytes.count, next + count)
    next = taken.upperBound
    if next > fetched { fetch() }
    return UnsafeRawBufferPointer(rebasing: bytes[taken])
  }

  private func fetch() {
    let populateRead: Int32 = 22  // MADV_POPULATE_READ: one call instead of a fault every 16 pages; older kernels refuse
    let start = fetched & ~4095
    let end = min(bytes.count, next + Self.step)
    madvise(bytes.baseAddress.map { $0 + start }, end - start, populateRead)
    fetched = end
  }

  private func release() {
    let end = next & ~4095
    madvise(bytes.baseAddress.map { $0 + released }, end - released, MADV_DONTNEED)
    released = end
  }
}
