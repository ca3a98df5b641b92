internal import Descriptors
internal import Failures

/// The bytes of an input, in order: a regular file is mapped, anything else is read into one reused buffer.
final class ByteSource {
  private let descriptor: Descriptor

  private var walk: MappedWalk?
  private let buffer: AlignedBuffer
  /// The part of `buffer` that has been read and not taken.
  private var unread = 0..<0
  /// Bytes taken so far.
  private(set) var position = 0

  let name: String

  init(descriptor number: Int32, name: String) {
    self.name = name
    descriptor = Descriptor(number, name: name)
    walk = Self.map(descriptor)
    buffer = AlignedBuffer(capacity: walk == nil ? 1 << 20 : 0)
    if walk == nil { descriptor.widenPipe() }
  }

  /// A walk through a regular file from its current offset; nil for anything else, and where floats would not lie
  /// aligned.
  private static func map(_ descriptor: Descriptor) -> MappedWalk? {
    guard let size = descriptor.regularFileSize, let offset = descriptor.offset, offset < size, offset % 64 == 0,
      let mapping = try? Mapping(descriptor: descriptor.number, offset: offset, count: size - offset)
    else { return nil }
    return MappedWalk(mapping, 0..<mapping.bytes.count)
  }

  /// The next `count` bytes, or as many as there are before the end. They stay good until the next call.
  ///
  /// After a record of a multiple of 64 bytes the next one begins at an aligned address.
  func take(_ count: Int) throws -> UnsafeRawBufferPointer {
    let taken = try walk?.take(count) ?? read(count)
    position += taken.count
    return taken
  }

  /// As `take` of a regular file; nothing of a pipe, whose next bytes may be long in coming.
  func takeIfMapped(_ count: Int) throws -> UnsafeRawBufferPointer {
    walk == nil ? UnsafeRawBufferPointer(start: nil, count: 0) : try take(count)
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
