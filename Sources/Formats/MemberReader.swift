internal import Descriptors
import Failures

/// The unpacked bytes of one member, each read once and in order, with a small part of the mapping resident.
final class MemberReader {
  let member: ZipMember
  /// Unpacked bytes that have not been read yet.
  private(set) var remaining: Int
  private let inflater: Inflater?
  private var buffer = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  /// The packed bytes.
  private var walk: MappedWalk

  init(_ member: ZipMember, in mapping: Mapping) throws {
    self.member = member
    remaining = member.size
    inflater = member.compression == .deflated ? try Inflater() : nil
    walk = MappedWalk(mapping, member.dataOffset..<member.dataOffset + member.packedSize)
  }

  deinit {
    walk.finish()
    buffer.deallocate()
  }

  /// The next `count` bytes, at most `remaining`; good until the next call. Stored bytes lie in the mapping, and have
  /// whatever alignment the file gave them; inflated ones are 64-byte aligned.
  func read(_ count: Int) throws -> UnsafeRawBufferPointer {
    precondition(count >= 0 && count <= remaining, "a member has no more bytes than that")
    guard count > 0 else { return UnsafeRawBufferPointer(start: nil, count: 0) }
    remaining -= count
    guard let inflater else { return walk.take(count) }
    grow(to: count)
    var made = 0
    while made < count {
      let room = UnsafeMutableRawBufferPointer(rebasing: buffer[made..<count])
      let step = try inflateOnce(inflater, into: room)
      made += step
      guard made == count || !inflater.isAtEnd else { throw short(by: count - made) }
      guard step > 0 || walk.remaining > 0 || made == count else { throw short(by: count - made) }
    }
    return UnsafeRawBufferPointer(rebasing: buffer[..<count])
  }

  /// To be called when everything that is wanted has been read: reads what remains, and checks that all bytes had the
  /// member's checksum, `checksum` being that of those read so far. A file that is one array has none.
  func finish(checksum: UInt32) throws {
    guard let expected = member.checksum else { return }
    var checksum = checksum
    while remaining > 0 { checksum = crc32(checksum, try read(min(remaining, 256 << 10))) }
    if let inflater { try finish(inflater) }
    if expected != checksum {
      throw Failure(
        .badData, "its bytes are damaged: expected the CRC-32 \(hexadecimal(expected)), found \(hexadecimal(checksum))")
    }
  }

  private func finish(_ inflater: Inflater) throws {
    grow(to: 1)
    let spare = UnsafeMutableRawBufferPointer(rebasing: buffer[..<1])
    while !inflater.isAtEnd {
      let before = walk.remaining
      guard try inflateOnce(inflater, into: spare) == 0 else {
        throw Failure(.badData, "it inflates to more than the \(member.size) bytes it claims")
      }
      guard inflater.isAtEnd || walk.remaining < before else { throw Failure(.badData, "its deflated bytes end early") }
    }
  }

  private func inflateOnce(_ inflater: Inflater, into room: UnsafeMutableRawBufferPointer) throws -> Int {
    let step = try inflater.inflate(walk.peek(1 << 20), into: room)
    _ = walk.take(step.taken)
    return step.made
  }

  private func grow(to count: Int) {
    guard buffer.count < count else { return }
    buffer.deallocate()
    buffer = .allocate(byteCount: count, alignment: 64)
  }

  private func short(by missing: Int) -> Failure {
    let found = member.size - remaining - missing
    return Failure(.badData, "it inflates to \(found) bytes, fewer than the \(member.size) it claims")
  }
}

/// Eight hexadecimal digits.
func hexadecimal(_ word: UInt32) -> String {
  let digits = String(word, radix: 16)
  return String(repeating: "0", count: 8 - digits.count) + digits
}
