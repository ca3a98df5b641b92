import Failures

extension NumPyFile {
  /// The entries of an array of whole numbers in C order, whatever its shape and type: integers, booleans, or
  /// floats without a fraction. Throws `.badData` where a value is no whole number of 64 bits.
  public func integers(_ array: String) throws -> [Int64] {
    let (member, header) = try find(array)
    return try located(array) {
      guard header.type.isNumber else { throw NumPyFile.wrongType(header, expected: "whole numbers") }
      var values: [Int64] = []
      try forEachEntry(member, header) { entry in
        guard let value = header.type.integer(entry) else {
          let found = header.type.text(entry)
          throw Failure(.badData, "expected whole numbers below 2^63, found \(found)", at: "entry \(values.count)")
        }
        values.append(value)
      }
      return values
    }
  }

  /// The entries of an array of whole numbers from 0 to 2^64 − 1, as `integers` reads them. Throws `.badData` where a
  /// value is no such number.
  func wholeNumbers(_ array: String) throws -> [UInt64] {
    let (member, header) = try find(array)
    return try located(array) {
      guard header.type.isNumber else { throw NumPyFile.wrongType(header, expected: "whole numbers") }
      var values: [UInt64] = []
      try forEachEntry(member, header) { entry in
        guard let value = header.type.wholeNumber(entry) else {
          let found = header.type.text(entry)
          throw Failure(
            .badData, "expected a number from 0 to \(UInt64.max), found \(found)", at: "row \(values.count)")
        }
        values.append(value)
      }
      return values
    }
  }

  /// The entries of a 1-D array of numbers (or the one of a 0-D array) as float32, such as weights.
  public func floats(_ array: String) throws -> [Float] {
    let (member, header) = try find(array)
    return try located(array) {
      guard header.type.isNumber else { throw NumPyFile.wrongType(header, expected: "numbers") }
      var values: [Float] = []
      try forEachEntry(member, header) { entry in
        var value: Float = 0
        if let start = entry.baseAddress { header.type.convert(start, count: 1, to: &value) }
        values.append(value)
      }
      return values
    }
  }

  /// The entries of a 1-D array of text (or the one of a 0-D array); nil where the array holds anything else.
  public func strings(_ array: String) throws -> [String]? {
    let (member, header) = try find(array)
    guard header.type.kind == .unicode || header.type.kind == .bytes else { return nil }
    return try located(array) {
      var values: [String] = []
      try forEachEntry(member, header) { entry in
        guard let text = header.type.string(entry) else {
          throw Failure(.badData, "expected text, found bytes that are none", at: "entry \(values.count)")
        }
        values.append(text)
      }
      return values
    }
  }

  private static func wrongType(_ header: NumPyHeader, expected: String) -> Failure {
    Failure(.badData, "expected \(expected), found type \(header.type)", hint: header.type.advice)
  }

  /// Gives every entry's bytes in order, then verifies the member's CRC-32.
  private func forEachEntry(
    _ member: ZipMember, _ header: NumPyHeader, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    // A column of shape (N, 1), or a table of N × k in C order, reads as its entries do in memory.
    guard header.shape.count <= 1 || !header.isFortranOrder else {
      throw Failure(.badData, "expected a 1-D array, found shape \(NumPyHeader.text(header.shape)) in Fortran order")
    }
    let reader = try MemberReader(member, in: mapping)
    var checksum = try NumPyHeader.read(reader).checksum
    let size = header.type.size
    var left = header.entries
    while left > 0 {
      let count = min(left, max(1, (64 << 10) / max(size, 1)))
      let piece = try reader.read(count * size)
      checksum = crc32(checksum, piece)
      for entry in 0..<count {
        try body(UnsafeRawBufferPointer(rebasing: piece[entry * size..<(entry + 1) * size]))
      }
      left -= count
    }
    try reader.finish(checksum: checksum)
  }
}
