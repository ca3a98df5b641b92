@testable import Formats
import Checksums
import Failures
import Testing

@Suite struct TypeTests {
  @Test(arguments: ["types.npz", "types_deflated.npz"])
  func readsEveryNumberInBothByteOrders(_ name: String) throws {
    let file = try NumPyFile(path: fixture(name))
    for code in ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"] {
      for order in ["little", "big"] {
        let rows = try file.floatRows("\(order)_\(code)")
        let all = try rows.all()
        #expect(all.vectors == [0, 1, 2, 3, 4, 5], "\(order) \(code)")
        #expect(all.checksums == [plainChecksum(all.vectors[..<3]), plainChecksum(all.vectors[3...])])
        #expect(try file.integers("flat_\(order)_\(code)") == [0, 1, 2, 3, 4, 5], "\(order) \(code)")
        #expect(try file.floats("flat_\(order)_\(code)") == [0, 1, 2, 3, 4, 5], "\(order) \(code)")
      }
    }
  }

  @Test func readsIntegersOfEveryKind() throws {
    let file = try NumPyFile(path: fixture("types.npz"))
    #expect(try file.integers("boolean") == [1, 0, 1])
    #expect(try file.integers("scalar") == [42])
    #expect(try file.integers("signed") == [-1, .min, .max])
    #expect(try failure { try file.integers("beyond") }.problem.contains("found 9223372036854775808"))
    #expect(try failure { try file.integers("beyond") }.places.last == "entry 1")
    #expect(try failure { try file.integers("fraction") }.problem.contains("found 2.5"))
    #expect(try file.integers("little_i4") == [0, 1, 2, 3, 4, 5])
  }

  @Test func readsTextInBothEncodings() throws {
    let file = try NumPyFile(path: fixture("types.npz"))
    #expect(try file.strings("big_text") == ["one", "zwei", ""])
    #expect(try file.strings("bytes_text") == ["one", "two"])
    #expect(try file.strings("no_text") == ["", "", ""])
  }

  @Test(arguments: [
    ("complex", "complex"), ("dates", ""), ("structured", ""), ("void", "bfloat16"), ("big_text", "text"),
  ])
  func refusesOtherTypesWithAHint(_ name: String, _ word: String) throws {
    let file = try NumPyFile(path: fixture("types.npz"))
    let integers = try failure { try file.integers(name) }
    #expect(integers.problem.hasPrefix("expected whole numbers, found type"))
    #expect(integers.hint?.contains(word) == true)
    if name == "complex" || name == "void" {
      #expect(try failure { try file.floatRows(name) }.hint?.contains(word) == true)
    }
  }

  @Test func refusesOtherShapes() throws {
    let file = try NumPyFile(path: fixture("types.npz"))
    let one = try failure { try file.floatRows("one_axis") }
    #expect(one.problem.contains("found shape (4,)") && one.hint?.contains("reshape") == true)
    #expect(throws: Failure.self) { try file.floatRows("four_axes") }
    #expect(throws: Failure.self) { try file.floatRows("zero_dim") }
    #expect(throws: Failure.self) { try file.floatRows("scalar") }
  }

  @Test func readsNoRows() throws {
    let rows = try NumPyFile(path: fixture("types.npz")).floatRows("zero_rows")
    #expect(rows.rows == 0 && rows.dim == 8)
    #expect(try rows.next(limit: 1) == nil)
    try rows.makeRandomAccess()
  }

  @Test func widensEveryHalfExactly() {
    for bits in UInt16.min...UInt16.max {
      let (widened, expected) = (widened(half: bits), Float(Float16(bitPattern: bits)))
      if expected.isNaN {
        #expect(widened.isNaN && (widened.bitPattern >> 31 == 1) == (bits >> 15 == 1))
      } else if widened.bitPattern != expected.bitPattern {
        Issue.record("\(bits): expected \(expected), found \(widened)")
      }
    }
  }

  @Test func convertsHalvesInBlocksAsOneByOne() {
    let halves = (UInt16.min...UInt16.max).map { $0 }
    var floats = [Float](repeating: 0, count: halves.count + 1)
    halves.withUnsafeBytes { source in
      if let start = source.baseAddress { ElementType("<f2").convert(start, count: halves.count, to: &floats) }
    }
    #expect(zip(halves, floats).allSatisfy { widened(half: $0).bitPattern == $1.bitPattern })
    #expect(floats.last == 0)
  }

  @Test func findsNonFiniteValuesAnywhere() {
    for count in 1...40 {
      for index in 0..<count {
        for value in [Float.nan, .infinity, -.infinity, .signalingNaN] {
          var vector = [Float](repeating: -.greatestFiniteMagnitude, count: count)
          #expect(vector.withUnsafeBytes { RowChecks.isFinite($0) })
          vector[index] = value
          #expect(vector.withUnsafeBytes { !RowChecks.isFinite($0) })
          #expect(vector.withUnsafeBufferPointer { firstNonFinite(in: $0) } == index)
        }
      }
    }
  }

  @Test func listsRowsThatAreNotFinite() throws {
    let file = try NumPyFile(path: fixture("nonfinite.npz"))
    #expect(try file.floatRows("vectors").all(limit: 2).nonFinite == [1, 3, 4])
    #expect(try file.floatRows("halves").all().nonFinite == [1, 3, 4])
    #expect(try file.floatRows("overflow").all().nonFinite == [1])
    let rows = try file.floatRows("vectors")
    try rows.makeRandomAccess()
    var row = [Float](repeating: 0, count: 20)
    #expect((0..<6).map { rows.copyRow($0, into: &row) } == [true, false, true, false, false, true])
  }
}
