internal import Checksums

/// The 64 bytes that begin every record (docs/stream-format.md).
struct RecordHead {
  enum Tag: UInt64 {
    /// 93 'N' 'V' 'S' CR LF 1A LF: the non-ASCII byte and the line ends show damage by text-mode transport.
    case header = 0x0A1A_0A0D_5356_4E93
    /// `NVSFRAME`
    case frame = 0x454D_4152_4653_564E
    /// `NVSEND` and two zero bytes
    case end = 0x0000_444E_4553_564E
    /// `NVSNAMES`
    case names = 0x5345_4D41_4E53_564E
    /// `NVSABORT`
    case abort = 0x5452_4F42_4153_564E
  }

  /// What a record's head says of a frame's body.
  struct FrameShape: Equatable {
    var rows: UInt32 = 0
    var windows: UInt32 = 0
    var repeated: UInt32 = 0
    var flags: UInt32 = 0
    var dim: UInt32 = 0
    var slots: UInt32 = 0

    static let hasWeights: UInt32 = 1
  }

  static let byteCount = 64
  static let majorVersion: UInt16 = 1
  static let minorVersion: UInt16 = 0

  var tag: Tag
  var streamID: UInt64
  var sequence: UInt64
  /// Bytes of the body, a multiple of 64.
  var bodyLength: UInt64
  /// Meaningful in frames.
  var shape = FrameShape()
  /// Meaningful in headers.
  var version: (major: UInt16, minor: UInt16) = (majorVersion, minorVersion)
  var bodyChecksum: UInt32

  /// The most bytes the body of such a record may have.
  static func bodyLimit(_ tag: Tag) -> UInt64 {
    switch tag {
    case .header, .names, .abort: 1 << 20
    case .frame, .end: 64 << 20
    }
  }

  /// `count` rounded up to a multiple of 64.
  static func padded(_ count: Int) -> Int { (count + 63) & ~63 }
}

extension RecordHead {
  /// Writes the 64 bytes, with their CRC.
  func write(to bytes: UnsafeMutableRawBufferPointer) {
    precondition(bytes.count == Self.byteCount, "64 bytes")
    bytes.initializeMemory(as: UInt8.self, repeating: 0)
    func put<Word: FixedWidthInteger>(_ word: Word, _ offset: Int) {
      bytes.storeBytes(of: word.littleEndian, toByteOffset: offset, as: Word.self)
    }
    put(tag.rawValue, 0)
    put(streamID, 8)
    put(sequence, 16)
    put(bodyLength, 24)
    switch tag {
    case .header:
      put(version.major, 32)
      put(version.minor, 34)
    case .frame:
      put(shape.rows, 32)
      put(shape.windows, 36)
      put(shape.repeated, 40)
      put(shape.flags, 44)
      put(shape.dim, 48)
      put(shape.slots, 52)
    case .names, .end, .abort: break
    }
    put(bodyChecksum, 56)
    put(CRC32.of(UnsafeRawBufferPointer(rebasing: bytes[..<60])), 60)
  }

  enum Fault: Error {
    case unknownTag
    case checksum
  }

  /// Reads the 64 bytes and checks them against their CRC.
  init(_ bytes: UnsafeRawBufferPointer) throws(Fault) {
    func get<Word: FixedWidthInteger>(_ offset: Int) -> Word {
      Word(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Word.self))
    }
    guard let tag = Tag(rawValue: get(0)) else { throw .unknownTag }
    guard get(60) == CRC32.of(UnsafeRawBufferPointer(rebasing: bytes[..<60])) else { throw .checksum }
    self.tag = tag
    streamID = get(8)
    sequence = get(16)
    bodyLength = get(24)
    bodyChecksum = get(56)
    if tag == .header { version = (get(32), get(34)) }
    if tag == .frame {
      shape = FrameShape(
        rows: get(32), windows: get(36), repeated: get(40), flags: get(44), dim: get(48), slots: get(52))
    }
  }
}

extension RecordHead.FrameShape {
  /// Where the parts of a frame's body lie, in bytes from its start.
  struct Layout {
    var vectors: Range<Int>
    var articles: Range<Int>
    var chunks: Range<Int>
    var steps: Range<Int>
    var indices: Range<Int>
    var weights: Range<Int>
    /// The whole body, padding included.
    var length: Int
  }

  /// - Returns: nil where the body would be larger than any frame may be.
  var layout: Layout? {
    let limit = Int(RecordHead.bodyLimit(.frame))
    func product(_ factors: UInt32...) -> Int? {
      var result = 1
      for factor in factors {
        let (value, overflow) = result.multipliedReportingOverflow(by: Int(factor))
        guard !overflow, value <= limit else { return nil }
        result = value
      }
      return result
    }
    guard let vectorBytes = product(4, rows, dim), let indexBytes = product(4, windows, slots) else { return nil }
    guard let rowCount = product(rows), let windowCount = product(windows) else { return nil }
    var end = 0
    func part(_ bytes: Int) -> Range<Int> {
      defer { end += bytes }
      return end..<end + bytes
    }
    let vectors = part(vectorBytes)
    end = RecordHead.padded(end)
    let articles = part(8 * rowCount)
    let chunks = part(4 * rowCount)
    let steps = part(4 * rowCount)
    let indices = part(indexBytes)
    let weights = part(flags & Self.hasWeights != 0 ? 4 * windowCount : 0)
    guard end <= limit else { return nil }
    return Layout(
      vectors: vectors, articles: articles, chunks: chunks, steps: steps, indices: indices, weights: weights,
      length: RecordHead.padded(end))
  }
}
