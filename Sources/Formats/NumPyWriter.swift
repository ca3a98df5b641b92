import Failures

/// Writes an .npz that `numpy.load` reads, array after array, without knowing beforehand how many rows come: sizes,
/// checksums and shapes are filled in when an array ends. The same arrays give the same bytes.
///
/// The entries of stored arrays begin at multiples of 64 bytes in the file, so that they can be used where they lie.
public final class NumPyWriter {
  private let output: PatchableFile
  private let name: String
  private let compresses: Bool
  private var members: [ZipRecord] = []
  private var current: OpenArray?

  /// An array that is being written.
  private struct OpenArray {
    let name: String
    let type: ElementType
    /// The shape without its first axis; nil for a single entry without axes.
    let rowShape: [Int]?
    var record: ZipRecord
    /// Where the .npy header lies in the file, and its length.
    let header: Int
    let headerLength: Int
    let deflater: Deflater?
    /// Of the entries.
    var checksum: UInt32 = 0
    var size = 0
  }

  /// The descriptor is a regular file at its start and stays the caller's; `name` is for messages. Throws
  /// `.cannotCreate` for pipes and files that are appended to.
  public init(descriptor: Int32, name: String, compress: Bool) throws {
    self.name = name
    compresses = compress
    output = try at(name) { try PatchableFile(descriptor: descriptor) }
  }

  /// Begins an array of the shape (rows, …`rowShape`), where the number of rows follows from the bytes appended; with
  /// `rowShape` nil, of the shape (), with one entry.
  public func beginArray(_ array: String, of type: ElementType, rowShape: [Int]? = []) throws {
    precondition(current == nil, "one array at a time")
    precondition(type.size > 0 && type.kind != .object, "entries of known size")
    precondition(!members.contains { $0.name == array + ".npy" }, "array names are unique")
    try located {
      // A number of rows takes 19 digits at most.
      let widest = NumPyWriter.headerText(type, rowShape.map { [.max] + $0 } ?? [], length: 0).count
      let length = (widest + 63) / 64 * 64
      var record = ZipRecord(name: array + ".npy", headerOffset: output.position, isDeflated: compresses)
      record.alignData(to: compresses ? 1 : 64)
      try output.append(record.localHeader())
      if compresses { try output.append(NumPyWriter.storedBlockHead(length)) }
      let header = output.position
      try output.append([UInt8](repeating: 0, count: length))
      current = OpenArray(
        name: array, type: type, rowShape: rowShape, record: record, header: header, headerLength: length,
        deflater: compresses ? try Deflater() : nil)
    }
  }

  /// Appends entries in C order, in the array's type.
  public func append(_ bytes: UnsafeRawBufferPointer) throws {
    guard let open = current else { preconditionFailure("bytes belong to an array") }
    current?.size += bytes.count
    current?.checksum = crc32(open.checksum, bytes)
    try located {
      if let deflater = open.deflater {
        try deflater.deflate(bytes) { try output.append($0) }
      } else {
        try output.append(bytes)
      }
    }
  }

  /// Ends the array and fills in what its bytes have shown.
  public func endArray() throws {
    guard var open = current else { preconditionFailure("ending an array although none is open") }
    current = nil
    try located {
      try open.deflater?.finish { try output.append($0) }
      let text = NumPyWriter.headerText(open.type, try shape(of: open), length: open.headerLength)
      let checksum = text.withUnsafeBytes { crc32(0, $0) }
      open.record.checksum = combinedChecksum(checksum, open.checksum, length: open.size)
      open.record.size = open.headerLength + open.size
      open.record.packedSize = output.position - open.record.dataOffset
      try output.overwrite(text, at: open.header)
      try output.overwrite(open.record.localHeader(), at: open.record.headerOffset)
      members.append(open.record)
    }
  }

  /// Writes a whole array.
  public func write(
    _ array: String, of type: ElementType, rowShape: [Int]? = [], _ bytes: UnsafeRawBufferPointer
  ) throws {
    try beginArray(array, of: type, rowShape: rowShape)
    try append(bytes)
    try endArray()
  }

  /// Writes the archive's directory; nothing may follow.
  public func finish() throws {
    precondition(current == nil, "the last array has ended")
    try located {
      let start = output.position
      for member in members { try output.append(member.directoryEntry()) }
      try output.append(ZipRecord.endRecord(entries: members.count, offset: start, size: output.position - start))
      try output.finish()
    }
  }

  private func located(_ body: () throws -> Void) throws {
    try at(name, body)
  }

  private func shape(of open: OpenArray) throws -> [Int] {
    guard let rowShape = open.rowShape else {
      guard open.size == open.type.size else {
        throw Failure(.internalFault, "expected one entry, found \(open.size) bytes", at: "array '\(open.name)'")
      }
      return []
    }
    let row = rowShape.reduce(open.type.size, *)
    guard row > 0 ? open.size % row == 0 : open.size == 0 else {
      throw Failure(.internalFault, "\(open.size) bytes are no whole rows of \(row)", at: "array '\(open.name)'")
    }
    return [row > 0 ? open.size / row : 0] + rowShape
  }

  /// The .npy header, version 1.0, padded with blanks to `length`.
  private static func headerText(_ type: ElementType, _ shape: [Int], length: Int) -> [UInt8] {
    let dictionary =
      "{'descr': '\(type)', 'fortran_order': False, 'shape': \(NumPyHeader.text(shape)), }"
    let padding = max(0, length - 10 - dictionary.utf8.count - 1)
    let text = Array(dictionary.utf8) + [UInt8](repeating: 0x20, count: padding) + [0x0A]
    let count = UInt16(truncatingIfNeeded: text.count)
    return NumPyHeader.magic + [1, 0, UInt8(truncatingIfNeeded: count), UInt8(truncatingIfNeeded: count >> 8)] + text
  }

  /// Deflate's block of literal bytes, not the last one: a header inside it can be overwritten when the shape is known.
  private static func storedBlockHead(_ length: Int) -> [UInt8] {
    let count = UInt16(truncatingIfNeeded: length)
    return [
      0, UInt8(truncatingIfNeeded: count), UInt8(truncatingIfNeeded: count >> 8), UInt8(truncatingIfNeeded: ~count),
      UInt8(truncatingIfNeeded: ~count >> 8),
    ]
  }
}
