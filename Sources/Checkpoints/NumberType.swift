/// What the numbers of a tensor are, by the names that safetensors has for them.
public enum NumberType: String, Hashable, Sendable, CaseIterable {
  case float64 = "F64"
  case float32 = "F32"
  case float16 = "F16"
  case brainFloat16 = "BF16"
  case int64 = "I64"
  case int32 = "I32"
  case int16 = "I16"
  case int8 = "I8"
  case uint64 = "U64"
  case uint32 = "U32"
  case uint16 = "U16"
  case uint8 = "U8"
  case bool = "BOOL"
  case float8e4 = "F8_E4M3"
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

  /// Whether weights may be stored so; they become float32 when read.
  public var isWeight: Bool {
    switch self {
    case .float64, .float32, .float16, .brainFloat16: true
    default: false
    }
  }

  /// Converts numbers at any alignment to float32, rounding to nearest; a float64 beyond float32's range becomes
  /// infinite. Only for weights.
  func convert(_ source: UnsafeRawBufferPointer, to floats: UnsafeMutableBufferPointer<Float>) {
    precondition(source.count == floats.count * size, "as many numbers")
    switch self {
    case .float32: UnsafeMutableRawBufferPointer(floats).copyMemory(from: source)
    case .float64: each(source, floats) { (bits: UInt64) in Float(Double(bitPattern: bits)) }
    case .float16: each(source, floats) { (bits: UInt16) in Float(Float16(bitPattern: bits)) }
    case .brainFloat16: each(source, floats) { (bits: UInt16) in Float(bitPattern: UInt32(bits) << 16) }
    default: preconditionFailure("only weights are converted")
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

/// The place of the first number that is infinite or not a number.
func firstNonFinite(_ numbers: UnsafeMutableBufferPointer<Float>) -> Int? {
  // Without a branch per number, then again for the place only where there is one.
  var carry: UInt32 = 0
  for number in numbers { carry |= (number.bitPattern & 0x7F80_0000) &+ 0x0080_0000 }
  return carry & 0x8000_0000 == 0 ? nil : numbers.firstIndex { !$0.isFinite }
}
