/// How a member of an archive is packed.
public enum Compression: String, Hashable, Sendable {
  case stored
  case deflated
}

/// A run of bytes in a file: a member of a zip archive, or a file that is one array.
struct ZipMember {
  /// As the archive has it.
  var name: String
  /// Where its local header starts.
  var headerOffset: Int
  /// Where its packed bytes start.
  var dataOffset: Int
  var packedSize: Int
  /// Unpacked.
  var size: Int
  /// Of the unpacked bytes; nil where the file has none.
  var checksum: UInt32?
  var compression: Compression
}
