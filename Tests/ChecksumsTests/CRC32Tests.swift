import CZlib
import Checksums
import Testing
import Vectors

@Suite struct CRC32Tests {
  static func randomBytes(_ count: Int) -> [UInt8] {
    var generator = SeededGenerator(seed: 1)
    return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
  }

  @Test func equalsZlibOnEveryLengthAndAlignment() {
    let bytes = Self.randomBytes(1200)
    bytes.withUnsafeBytes { all in
      for start in 0..<17 {
        for count in 0...(1200 - 17) {
          let part = UnsafeRawBufferPointer(rebasing: all[start..<start + count])
          let theirs = crc32_z(7, part.baseAddress?.assumingMemoryBound(to: UInt8.self), count)
          #expect(CRC32.of(part, after: 7) == UInt32(theirs), "start \(start), \(count) bytes")
        }
      }
    }
  }

  @Test func knownValue() {
    // The check value of CRC-32/ISO-HDLC in every catalogue.
    let crc = Array("123456789".utf8).withUnsafeBytes { CRC32.of($0) }
    #expect(crc == 0xCBF4_3926)
  }

  @Test(arguments: [0, 1, 63, 64, 300]) func appendingPartsGivesTheCRCOfTheWhole(length: Int) {
    let bytes = Self.randomBytes(500 + length)
    bytes.withUnsafeBytes { all in
      let head = CRC32.of(UnsafeRawBufferPointer(rebasing: all[..<500]))
      let tail = CRC32.of(UnsafeRawBufferPointer(rebasing: all[500...]))
      #expect(CRC32.Appender(length: length)(head, tail) == CRC32.of(all))
    }
  }

  @Test(arguments: [1, 15, 16, 17, 40]) func namesTheFirstRowThatIsNotFinite(dim: Int) {
    for bad in [Float.nan, .infinity, -.infinity, .signalingNaN] {
      for column in 0..<dim {
        var rows = [Float](repeating: 1e38, count: dim * 4)
        rows[2 * dim + column] = bad
        var checksums = [UInt32](repeating: 0, count: 4)
        let found = rows.withUnsafeBytes { vectors in
          checksums.withUnsafeMutableBufferPointer { checksums in
            RowChecks.check(vectors, dim: dim, into: checksums, appender: CRC32.Appender(length: 4 * dim))
          }
        }
        #expect(found.firstNonFinite == 2)
        let whole = rows.withUnsafeBytes { CRC32.of($0) }
        #expect(found.crc == whole)
      }
    }
  }
}
