/// The type of a tensor's numbers, under its name in the safetensors format.
public enum NumberType: String, Hashable, Sendable, CaseIterable {
  /// IEEE 754 double precision.
  case float64 = "F64"
  /// IEEE 754 single precision.
  case float32 = "F32"
  /// IEEE 754 half precision.
  case float16 = "F16"
  /// The upper 16 bits of single precision.
  case brainFloat16 = "BF16"
  /// Signed, 64 bits.
  case int64 = "I64"
  /// Signed, 32 bits.
  case int32 = "I32"
  /// Signed, 16 bits.
  case int16 = "I16"
  /// Signed, 8 bits.
  case int8 = "I8"
  /// Unsigned, 64 bits.
  case uint64 = "U64"
  /// Unsigned, 32 bits.
  case uint32 = "U32"
  /// Unsigned, 16 bits.
  case uint16 = "U16"
  /// Unsigned, 8 bits.
  case uint8 = "U8"
  /// A byte, 0 or 1.
  case bool = "BOOL"
  /// A byte with 4 bits of exponent.
  case float8e4 = "F8_E4M3"
  /// A byte with 5 bits of exponent.
  case float8e5 = "F8_E5M2"

  /// Bytes of one number.
  public var size: Int {
    switch self {
    case .float64, .int64, .uint64: 8
    case .float32, .int32, .uint32: 4
    case .float16, .brainFloat16, .int16, .uint16: 2
    case .int8, .uint8, .bool, .float8e4, .float8e5: 1
    }
  }

  /// Whether weights may have this type; they become float32 when read.
  public var isWeight: Bool {
    switch self {
    case .float64, .float32, .float16, .brainFloat16: true
    default: false
    }
  }

  /// Converts little-endian numbers at any alignment to float32, rounding to nearest; a float64 beyond float32's range
  /// becomes infinite. Only for types of weights.
  func convert(_ source: UnsafeRawBufferPointer, to floats: UnsafeMutableBufferPointer<Float>) {
    precondition(source.count == floats.count * size, "\(source.count) bytes for \(floats.count) numbers")
    switch self {
    case .float32: UnsafeMutableRawBufferPointer(floats).copyMemory(from: source)
    case .float64: each(source, floats) { (bits: UInt64) in Float(Double(bitPattern: bits)) }
    case .float16: each(source, floats) { (bits: UInt16) in Float(Float16(bitPattern: bits)) }
    case .brainFloat16: each(source, floats) { (bits: UInt16) in Float(bitPattern: UInt32(bits) << 16) }
    default: preconditionFailure("\(rawValue) is not a type of weights")
    }
  }

  @inline(__always)
  private func each<Bits: FixedWidthInteger>(
    _ source: UnsafeRawBufferPointer, _ floats: UnsafeMutableBufferPointer<Float>, _ value: (Bits) -> Float
  ) {
    for index in floats.indices {
      let bits = source.loadUnaligned(fromByteOffset: index &* MemoryLayout<Bits>.size, as: Bits.self)
      floats[index] = value(Bits(littleEndian: bits))
    }
  }
}

/// The index of the first number that is infinite or not a number; nil where all are finite.
func firstNonFinite(_ numbers: UnsafeMutableBufferPointer<Float>) -> Int? {
  // The first loop has no branch for each number; the index is searched only where there is one.
  var carry: UInt32 = 0
  for number in numbers { carry |= (number.bitPattern & 0x7F80_0000) &+ 0x0080_0000 }
  return carry & 0x8000_0000 == 0 ? nil : numbers.firstIndex { !$0.isFinite }
}
