internal import Descriptors
public import Failures
import Glibc

/// An open .npz or .npy file. A regular file is mapped; a pipe is spooled to a private temporary file first.
public final class NumPyFile {
  /// For messages: the path, or what standard input is called.
  public let name: String
  /// In file order. A file that is one array holds one, named "". Members that cannot be read are not among them.
  public let arrays: [ArrayDescription]
  /// Why members of an archive cannot be read, by name: an error only where one of them is asked for.
  public let unreadable: [(name: String, failure: Failure)]

  private let input: Input
  private let members: [(member: ZipMember, header: NumPyHeader)]
  private let kind: FileKind
  private var computedDigest: UInt32?

  /// Opens a file. Throws `.cannotOpen`, or `.badData` where it is not what NumPy writes.
  public convenience init(path: String) throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Failure.system(.cannotOpen, "cannot be opened").at(path) }
    defer { close(descriptor) }
    try self.init(descriptor: descriptor, name: path)
  }

  /// Reads an open descriptor from its current offset to the end; the descriptor stays the caller's, and may be closed
  /// at once.
  public init(descriptor: Int32, name: String) throws {
    self.name = name
    let opened = try at(name) {
      let input = try Input(descriptor: descriptor) { _ = try FileKind($0, isWhole: false) }
      let kind = try FileKind(input.mapping.bytes, isWhole: true)
      let items = try kind == .npz ? NumPyFile.archived(input.mapping) : [NumPyFile.single(input.mapping)]
      return (input: input, kind: kind, items: items)
    }
    (input, kind) = (opened.input, opened.kind)
    members = opened.items.compactMap { try? $0.content.get() }
    unreadable = opened.items.compactMap { item in
      guard case .failure(let failure) = item.content else { return nil }
      return (item.name, failure)
    }
    arrays = members.map { member, header in
      ArrayDescription(
        name: NumPyFile.arrayName(member.name), type: header.type, shape: header.shape,
        isFortranOrder: header.isFortranOrder, compression: member.compression,
        byteCount: header.dataSize ?? member.size - header.length, checksum: member.checksum)
    }
  }

  /// Bytes of the file.
  public var size: Int { input.mapping.bytes.count }

  /// A CRC-32 that identifies the contents. Of an .npz: of each array's name, a zero byte, CRC-32 (4 bytes) and size
  /// (8 bytes, both little-endian), in file order; so it is known before the data are read, and does not depend on
  /// times or compression. Of an .npy: of the whole file, which is read for it.
  public var digest: UInt32 {
    if let computedDigest { return computedDigest }
    let digest = kind == .npz ? directoryDigest() : fileDigest()
    computedDigest = digest
    return digest
  }

  private func directoryDigest() -> UInt32 {
    members.reduce(0) { digest, entry in
      var bytes = Array(NumPyFile.arrayName(entry.member.name).utf8) + [0]
      withUnsafeBytes(of: (entry.member.checksum ?? 0).littleEndian) { bytes += $0 }
      withUnsafeBytes(of: UInt64(entry.member.size).littleEndian) { bytes += $0 }
      return bytes.withUnsafeBytes { crc32(digest, $0) }
    }
  }

  private func fileDigest() -> UInt32 {
    let bytes = input.mapping.bytes
    let stride = 4 << 20
    return Swift.stride(from: 0, to: bytes.count, by: stride).reduce(0) { digest, start in
      let range = start..<min(start + stride, bytes.count)
      defer { input.mapping.release(range) }
      return crc32(digest, UnsafeRawBufferPointer(rebasing: bytes[range]))
    }
  }

  /// The rows of a 2-D or 3-D array of numbers, to be read in order or at random. Throws `.badData` for other arrays.
  public func floatRows(_ array: String) throws -> FloatRows {
    let (member, header) = try find(array)
    let places = places(array)
    return try located(array) { try FloatRows(member, header, in: input.mapping, places: places) }
  }

  var mapping: Mapping { input.mapping }

  /// The array's member and header; names the nearest array where there is none of that name. As in `numpy.load`, a
  /// member of exactly this name comes before one that has `.npy` after it.
  func find(_ array: String) throws -> (member: ZipMember, header: NumPyHeader) {
    for name in [array, array + ".npy"] {
      if let found = members.first(where: { $0.member.name == name }) { return found }
      if let failure = unreadable.first(where: { $0.name == name })?.failure { throw failure.at(self.name) }
    }
    throw NumPyFile.missing(array, among: arrays.map(\.name)).at(name)
  }

  /// Whether there is an array of this name, readable or not.
  func has(_ array: String) -> Bool {
    arrays.contains { $0.name == array } || isUnreadable(array)
  }

  /// Whether the member of this name is one that cannot be read.
  public func isUnreadable(_ array: String) -> Bool {
    unreadable.contains { $0.name == array || $0.name == array + ".npy" }
  }

  func located<Result>(_ array: String, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let failure as Failure {
      throw places(array).reversed().reduce(failure) { $0.at($1) }
    }
  }

  private func places(_ array: String) -> [String] {
    array.isEmpty ? [name] : [name, "array '\(array)'"]
  }

  private static func arrayName(_ name: String) -> String {
    name.hasSuffix(".npy") ? String(name.dropLast(4)) : name
  }

  private typealias Item = (name: String, content: Result<(member: ZipMember, header: NumPyHeader), Failure>)

  /// The arrays of an archive. Members whose name does not end in `.npy` are arrays where they begin as one; others, as
  /// a README would be, are passed over.
  private static func archived(_ mapping: Mapping) throws -> [Item] {
    try ZipArchive(mapping.bytes).items.compactMap { item in
      guard !item.name.hasSuffix("/") else { return nil }
      if let member = try? item.member.get(), !item.name.hasSuffix(".npy"), !beginsAsArray(member, mapping) {
        return nil
      }
      let content = failing {
        try at("array '\(arrayName(item.name))'") { try described(item.member.get(), mapping) }
      }
      return (item.name, content)
    }
  }

  private static func beginsAsArray(_ member: ZipMember, _ mapping: Mapping) -> Bool {
    guard member.size >= 8, let reader = try? MemberReader(member, in: mapping), let first = try? reader.read(8) else {
      return false
    }
    return first.starts(with: NumPyHeader.magic)
  }

  private static func single(_ mapping: Mapping) throws -> Item {
    let count = mapping.bytes.count
    let member = ZipMember(
      name: "", headerOffset: 0, dataOffset: 0, packedSize: count, size: count, checksum: nil, compression: .stored)
    return ("", .success(try described(member, mapping)))
  }

  private static func described(
    _ member: ZipMember, _ mapping: Mapping
  ) throws -> (member: ZipMember, header: NumPyHeader) {
    let header = try NumPyHeader.read(MemberReader(member, in: mapping)).header
    try header.check(size: member.size)
    return (member, header)
  }
}
