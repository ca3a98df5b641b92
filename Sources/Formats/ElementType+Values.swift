extension ElementType {
  /// The whole number that an entry's bytes hold; nil for fractions, values of 64 bits and more, and text.
  func integer(_ entry: UnsafeRawBufferPointer) -> Int64? {
    switch (kind, size) {
    case (.boolean, _): bits(entry, UInt8.self).map { $0 == 0 ? 0 : 1 }
    case (.signed, 1): bits(entry, Int8.self).map(Int64.init)
    case (.signed, 2): bits(entry, Int16.self).map(Int64.init)
    case (.signed, 4): bits(entry, Int32.self).map(Int64.init)
    case (.signed, 8): bits(entry, Int64.self)
    case (.unsigned, 1): bits(entry, UInt8.self).map(Int64.init)
    case (.unsigned, 2): bits(entry, UInt16.self).map(Int64.init)
    case (.unsigned, 4): bits(entry, UInt32.self).map(Int64.init)
    case (.unsigned, 8): bits(entry, UInt64.self).flatMap { Int64(exactly: $0) }
    case (.float, _): float(entry).flatMap { Int64(exactly: $0) }
    default: nil
    }
  }

  /// The whole number from 0 to 2^64 − 1 that an entry's bytes hold; nil for anything else.
  func wholeNumber(_ entry: UnsafeRawBufferPointer) -> UInt64? {
    if (kind, size) == (.unsigned, 8) { return bits(entry, UInt64.self) }
    return integer(entry).flatMap { UInt64(exactly: $0) }
  }

  /// The value of a float entry, exactly.
  func float(_ entry: UnsafeRawBufferPointer) -> Double? {
    switch (kind, size) {
    case (.float, 2): bits(entry, UInt16.self).map { Double(widened(half: $0)) }
    case (.float, 4): bits(entry, UInt32.self).map { Double(Float(bitPattern: $0)) }
    case (.float, 8): bits(entry, UInt64.self).map { Double(bitPattern: $0) }
    default: nil
    }
  }

  /// The text of an entry without its padding; nil where the bytes are no text.
  func string(_ entry: UnsafeRawBufferPointer) -> String? {
    switch kind {
    case .bytes:
      let length = entry.lastIndex { $0 != 0 }.map { $0 + 1 } ?? 0
      return String(validating: entry[..<length], as: UTF8.self)
    case .unicode:
      var scalars = String.UnicodeScalarView()
      var padding = 0
      for offset in stride(from: 0, to: entry.count, by: 4) {
        guard let word = entry.integer(UInt32.self, at: offset),
          let scalar = Unicode.Scalar(isBigEndian ? word.byteSwapped : word)
        else { return nil }
        // Zeros are padding only where nothing follows them.
        if scalar.value == 0 {
          padding += 1
        } else {
          scalars.append(contentsOf: repeatElement("\0", count: padding))
          scalars.append(scalar)
          padding = 0
        }
      }
      return String(scalars)
    default: return nil
    }
  }

  /// For messages: a number as text.
  func text(_ entry: UnsafeRawBufferPointer) -> String {
    if let value = integer(entry) { return String(value) }
    if let value = float(entry) { return String(value) }
    return bits(entry, UInt64.self).map { String($0) } ?? "something else"
  }

  private func bits<Bits: FixedWidthInteger>(_ entry: UnsafeRawBufferPointer, _ type: Bits.Type) -> Bits? {
    guard let value = entry.integer(type, at: 0) else { return nil }
    return isBigEndian ? value.byteSwapped : value
  }
}
