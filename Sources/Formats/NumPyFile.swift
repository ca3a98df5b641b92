internal import Descriptors
import Failures
import Glibc

/// An open .npz or .npy file. A regular file is mapped; a pipe is spooled to a private temporary file first.
public final class NumPyFile {
  /// For messages: the path, or what standard input is called.
  public let name: String
  /// In file order. A file that is one array holds one, named "".
  public let arrays: [ArrayDescription]

  private let input: Input
  private let members: [(member: ZipMember, header: NumPyHeader)]
  /// Why an array cannot be read, by its name: a fault only for whoever asks for it.
  let unreadable: [String: Failure]
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
    (input, kind, members, unreadable) = try at(name) {
      let input = try Input(descriptor: descriptor) { _ = try FileKind($0) }
      let kind = try FileKind(input.mapping.bytes)
      guard kind == .npz else { return (input, kind, try NumPyFile.single(input.mapping), [:]) }
      let archived = try NumPyFile.archived(input.mapping)
      return (input, kind, archived.members, archived.unreadable)
    }
    arrays = members.map { member, header in
      ArrayDescription(
        name: NumPyFile.arrayName(member), type: header.type, shape: header.shape,
        isFortranOrder: header.isFortranOrder, compression: member.compression,
        byteCount: member.size - header.length, checksum: member.checksum)
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
      var bytes = Array(NumPyFile.arrayName(entry.member).utf8) + [0]
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

  /// The array's member and header; names the nearest array where there is none of that name.
  func find(_ array: String) throws -> (member: ZipMember, header: NumPyHeader) {
    if let index = arrays.firstIndex(where: { $0.name == array || $0.name + ".npy" == array }) { return members[index] }
    if let failure = unreadable[array] ?? unreadable[NumPyFile.arrayName(array)] {
      throw failure.at("array '\(array)'").at(name)
    }
    throw NumPyFile.missing(array, among: arrays.map(\.name)).at(name)
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

  private static func arrayName(_ member: ZipMember) -> String { arrayName(member.name) }

  private static func arrayName(_ name: String) -> String {
    name.hasSuffix(".npy") ? String(name.dropLast(4)) : name
  }

  /// The arrays of an archive: members whose names end in `.npy`, and others that begin as such a file does. A member
  /// that is none, as a README would be, is passed over; one that cannot be read is a fault only for whoever asks for it.
  private static func archived(
    _ mapping: Mapping
  ) throws -> (members: [(member: ZipMember, header: NumPyHeader)], unreadable: [String: Failure]) {
    let archive = try ZipArchive(mapping.bytes)
    var members: [(member: ZipMember, header: NumPyHeader)] = []
    var unreadable: [String: Failure] = [:]
    for (name, failure) in archive.unreadable { unreadable[arrayName(name)] = failure }
    for member in archive.members {
      do {
        members.append(try described(member, mapping))
      } catch let failure as Failure where member.name.hasSuffix(".npy") {
        unreadable[arrayName(member)] = failure
      } catch is Failure {
        continue
      }
    }
    return (members, unreadable)
  }

  private static func single(_ mapping: Mapping) throws -> [(member: ZipMember, header: NumPyHeader)] {
    let count = mapping.bytes.count
    let member = ZipMember(
      name: "", headerOffset: 0, dataOffset: 0, packedSize: count, size: count, checksum: nil, compression: .stored)
    return [try described(member, mapping)]
  }

  private static func described(
    _ member: ZipMember, _ mapping: Mapping
  ) throws -> (member: ZipMember, header: NumPyHeader) {
    let header = try NumPyHeader.read(MemberReader(member, in: mapping)).header
    try header.check(size: member.size)
    return (member, header)
  }
}
