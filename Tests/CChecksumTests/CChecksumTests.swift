import CChecksum
import CZlib
import Testing
import Vectors

@Suite struct CChecksumTests {
  /// Every path that the processor has, on every length and alignment: what zlib computes.
  @Test func everyPathEqualsZlib() {
    var generator = SeededGenerator(seed: 3)
    let bytes = (0..<700).map { _ in UInt8.random(in: 0...255, using: &generator) }
    let widest = nextvec_crc32_widest_path()
    #expect((0...2).contains(widest))
    bytes.withUnsafeBytes { all in
      for start in 0..<17 {
        for count in 0...(700 - 17) {
          let part = UnsafeRawBufferPointer(rebasing: all[start..<start + count])
          let theirs = UInt32(crc32_z(9, part.baseAddress?.assumingMemoryBound(to: UInt8.self), count))
          #expect(nextvec_crc32(9, part.baseAddress, count) == theirs, "\(count) bytes from \(start)")
          for path in 0...widest {
            #expect(
              nextvec_crc32_by(path, 9, part.baseAddress, count) == theirs, "path \(path), \(count) bytes from \(start)"
            )
          }
        }
      }
    }
  }
}
