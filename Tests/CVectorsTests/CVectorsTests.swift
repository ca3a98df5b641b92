import CVectors
import Testing
import Vectors

@Suite struct CVectorsTests {
  static func floats(_ count: Int, seed: UInt64) -> [Float] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in Float(generator.gaussian()) }
  }

  /// Both paths give the same bits, within the rounding of single precision of the exact sum, at any address.
  @Test func productsOfEveryLength() {
    let (a, b) = (Self.floats(800, seed: 1), Self.floats(800, seed: 2))
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        guard let a = a.baseAddress, let b = b.baseAddress else { return }
        for count in 0...780 {
          let start = count % 5
          let (found, plain) = (nextvec_dot(a + start, b, count), nextvec_dot_plain(a + start, b, count))
          #expect(found.bitPattern == plain.bitPattern, "\(count) floats")
          let whole = count & ~7
          let exact = (0..<whole).reduce(0.0) { $0 + Double(a[start + $1]) * Double(b[$1]) }
          let size = (0..<whole).reduce(0.0) { $0 + abs(Double(a[start + $1]) * Double(b[$1])) }
          #expect(abs(found - exact) <= size * 0x1p-23, "\(count) floats")
        }
      }
    }
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity]) func oneFloatThatIsNotFinite(_ bad: Float) {
    let good: [Float] = [
      0, -0.0, .leastNonzeroMagnitude, -.leastNormalMagnitude, .greatestFiniteMagnitude, -.greatestFiniteMagnitude,
    ]
    for count in 1...70 {
      var floats = (0..<count).map { good[$0 % good.count] }
      func isFinite() -> [Int32] {
        // At every alignment of bytes.
        let bytes = floats.withUnsafeBytes { Array($0) }
        return (0..<4).flatMap { shift -> [Int32] in
          let moved = [UInt8](repeating: 0, count: shift) + bytes
          return moved.withUnsafeBytes { moved in
            guard let start = moved.baseAddress else { return [] }
            let found = nextvec_all_finite(start + shift, count)
            let plain = nextvec_all_finite_plain((start + shift).assumingMemoryBound(to: UInt8.self), count)
            return [found != 0 ? 1 : 0, plain != 0 ? 1 : 0]
          }
        }
      }
      #expect(isFinite().allSatisfy { $0 == 1 }, "\(count) finite floats")
      for index in 0..<count {
        let kept = floats[index]
        floats[index] = bad
        #expect(isFinite().allSatisfy { $0 == 0 }, "\(bad) at \(index) of \(count)")
        floats[index] = kept
      }
    }
  }

  @Test func squareRootsAreExact() {
    for x in [0, 1, 2, 0.25, 1e-38, 3.4e38, Float.leastNonzeroMagnitude, Float.infinity] {
      let found = nextvec_square_roots(SIMD4(repeating: x))
      #expect((0..<4).allSatisfy { found[$0] == x.squareRoot() }, "\(x)")
    }
    #expect(nextvec_square_roots(SIMD4(repeating: -1))[0].isNaN)
  }
}
