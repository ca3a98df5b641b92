internal import Descriptors
import Failures

/// The unpacked bytes of a member whose CRC-32 has been verified, readable anywhere: in the file itself where they are
/// stored, in a private temporary file where they are deflated.
final class MemberRegion {
  let bytes: UnsafeRawBufferPointer
  private let mapping: Mapping
  private let spool: SpoolFile?
  /// Where the last look ended, and about how many bytes have become resident since the last release.
  private var last = 0
  private var touched = 0

  /// The pages around a first touch become resident with it, as many as the kernel keeps in one piece: about this.
  private static let faultBytes = 1 << 20
  private static let residentBytes = 12 << 20

  /// `skippingHeader` leaves out the .npy header, which is read again to do so.
  init(_ member: ZipMember, in file: Mapping, skippingHeader: Bool) throws {
    let reader = try MemberReader(member, in: file)
    var checksum = skippingHeader ? try NumPyHeader.read(reader).checksum : 0
    let start = member.size - reader.remaining
    let spool = member.compression == .deflated ? try SpoolFile() : nil
    while reader.remaining > 0 {
      let piece = try reader.read(min(reader.remaining, 256 << 10))
      checksum = crc32(checksum, piece)
      try spool?.append(piece)
    }
    try reader.finish(checksum: checksum)
    self.spool = spool
    if let spool {
      mapping = try spool.makeMapping()
      bytes = mapping.bytes
    } else {
      mapping = file
      let data = member.dataOffset + start..<member.dataOffset + member.size
      bytes = UnsafeRawBufferPointer(rebasing: file.bytes[data])
    }
  }

  /// Lets go of whatever is resident.
  func release() {
    mapping.releaseAll()
  }

  /// Where `count` bytes from `offset` on lie; good until the next call, which may let resident pages go.
  func touch(_ offset: Int, _ count: Int) -> UnsafeRawPointer {
    precondition(offset >= 0 && count >= 0 && count <= bytes.count && offset <= bytes.count - count, "inside")
    guard let start = bytes.baseAddress else { preconditionFailure("a region that is looked into has bytes") }
    if offset < last || offset + count > last + MemberRegion.faultBytes {
      touched += max(count, MemberRegion.faultBytes)
      last = offset
    }
    if touched > MemberRegion.residentBytes {
      mapping.releaseAll()
      touched = 0
    }
    return start + offset
  }
}
