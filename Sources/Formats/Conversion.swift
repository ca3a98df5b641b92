/// Conversions of NumPy's numbers to float32, written so that the compiler turns the loops into vector instructions.
extension ElementType {
  /// Converts `count` adjacent entries, at any alignment, to float32, rounding to nearest; a float64 beyond float32's
  /// range becomes infinite. Only for numbers.
  func convert(_ source: UnsafeRawPointer, count: Int, to floats: UnsafeMutablePointer<Float>) {
    switch (kind, size) {
    case (.float, 2): convertEach(source, count, floats) { (bits: UInt16) in widened(half: bits) }
    case (.float, 4) where isNativeFloat: UnsafeMutableRawPointer(floats).copyMemory(from: source, byteCount: 4 * count)
    case (.float, 4): convertEach(source, count, floats) { (bits: UInt32) in Float(bitPattern: bits) }
    case (.float, 8): convertEach(source, count, floats) { (bits: UInt64) in Float(Double(bitPattern: bits)) }
    case (.signed, 1): convertEach(source, count, floats) { (value: Int8) in Float(value) }
    case (.signed, 2): convertEach(source, count, floats) { (value: Int16) in Float(value) }
    case (.signed, 4): convertEach(source, count, floats) { (value: Int32) in Float(value) }
    case (.signed, 8): convertEach(source, count, floats) { (value: Int64) in Float(value) }
    case (.unsigned, 1): convertEach(source, count, floats) { (value: UInt8) in Float(value) }
    case (.unsigned, 2): convertEach(source, count, floats) { (value: UInt16) in Float(value) }
    case (.unsigned, 4): convertEach(source, count, floats) { (value: UInt32) in Float(value) }
    case (.unsigned, 8): convertEach(source, count, floats) { (value: UInt64) in Float(value) }
    case (.boolean, _): convertEach(source, count, floats) { (value: UInt8) in value == 0 ? 0 : 1 }
    default: preconditionFailure("only numbers are converted")
    }
  }

  @inline(__always)
  private func convertEach<Bits: FixedWidthInteger>(
    _ source: UnsafeRawPointer, _ count: Int, _ floats: UnsafeMutablePointer<Float>, _ value: (Bits) -> Float
  ) {
    let width = MemoryLayout<Bits>.size
    if isBigEndian {
      for index in 0..<count {
        floats[index] = value(Bits(bigEndian: source.loadUnaligned(fromByteOffset: index &* width, as: Bits.self)))
      }
    } else {
      for index in 0..<count {
        floats[index] = value(Bits(littleEndian: source.loadUnaligned(fromByteOffset: index &* width, as: Bits.self)))
      }
    }
  }
}

/// The float32 with the value of an IEEE 754 binary16, exactly; infinities and the bits of NaNs are kept.
@inline(__always)
func widened(half bits: UInt16) -> Float {
  let wide = UInt32(bits)
  let magnitude = wide & 0x7FFF
  // Exponents are biased by 15 in binary16 and by 127 in binary32; the exponent of all ones stays one.
  let special: UInt32 = magnitude >= 0x7C00 ? 0x7F80_0000 : 0
  let normal = ((magnitude << 13) &+ (112 << 23)) | special
  // Below the least exponent the value is the fraction times 2⁻²⁴.
  let subnormal = (Float(Int32(bitPattern: magnitude)) * 0x1p-24).bitPattern
  return Float(bitPattern: (magnitude < 0x0400 ? subnormal : normal) | ((wide & 0x8000) << 16))
}

/// The first entry of a vector that is infinite or not a number.
public func firstNonFinite(in vector: UnsafeBufferPointer<Float>) -> Int? {
  vector.firstIndex { !$0.isFinite }
}
