import Checksums
import JSON

/// A record taken apart, and put together with right checksums: for faults that no writer would write.
struct Record {
  var tag: [UInt8]
  var streamID: UInt64
  var sequence: UInt64
  /// Bytes 32 to 55.
  var fields: [UInt8]
  var body: [UInt8]
  /// What the head claims, where it is not the body's length.
  var claimedLength: UInt64?

  init(_ head: ArraySlice<UInt8>, _ body: ArraySlice<UInt8>) {
    let bytes = Array(head)
    tag = Array(bytes[..<8])
    streamID = Self.word(bytes, 8)
    sequence = Self.word(bytes, 16)
    fields = Array(bytes[32..<56])
    self.body = Array(body)
  }

  /// The records of a stream.
  static func split(_ stream: [UInt8]) -> [Record] {
    var rest = stream[...]
    var records: [Record] = []
    while rest.count >= 64 {
      let head = rest.prefix(64)
      let length = Int(word(Array(head), 24))
      records.append(Record(head, rest.dropFirst(64).prefix(length)))
      rest = rest.dropFirst(64 + length)
    }
    return records
  }

  var bytes: [UInt8] {
    var head = tag
    for word in [streamID, sequence, claimedLength ?? UInt64(body.count)] { head += Self.bytes(word) }
    head += fields
    head += Self.bytes(body.withUnsafeBytes { CRC32.of($0) })
    head += Self.bytes(head.withUnsafeBytes { CRC32.of($0) })
    return head + body
  }

  /// The 32-bit number at `offset` of the fields: rows, windows, repeated, flags, dim, slots.
  mutating func setField(_ index: Int, _ value: UInt32) {
    fields.replaceSubrange(4 * index..<4 * index + 4, with: Self.bytes(value))
  }

  var json: JSON {
    get { (try? JSON(parsing: String(decoding: body, as: UTF8.self))) ?? .null }
    set { setText(newValue.text) }
  }

  mutating func setText(_ text: String) {
    body = Array(text.utf8)
    while body.count % 64 != 0 { body.append(UInt8(ascii: " ")) }
  }

  /// Changes members of a JSON body; a null removes one.
  func with(_ changes: [String: JSON]) -> Record {
    var members = json.object ?? [:]
    for (name, value) in changes { members[name] = value == .null ? nil : value }
    var record = self
    record.json = .object(members)
    return record
  }

  private static func word(_ bytes: [UInt8], _ offset: Int) -> UInt64 {
    (0..<8).reduce(0) { $0 | UInt64(bytes[offset + $1]) << UInt64(8 * $1) }
  }

  private static func bytes(_ word: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: word.littleEndian, Array.init)
  }
}

extension [Record] {
  var stream: [UInt8] { flatMap(\.bytes) }
}
