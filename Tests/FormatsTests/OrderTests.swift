import Failures
import Formats
import Testing

@Suite struct OrderTests {
  @Test(arguments: ["orders.npz", "orders_deflated.npz"])
  func readsFortranOrderAsRows(_ name: String) throws {
    let file = try NumPyFile(path: fixture(name))
    #expect(file.arrays.map(\.isFortranOrder) == [true, true, false, true])
    #expect(try file.floatRows("two").all(limit: 2).vectors == (0..<15).map(Float.init))
    #expect(try file.floatRows("big_two").all().vectors == (0..<15).map(Float.init))
    for array in ["three", "plain_three"] {
      let rows = try file.floatRows(array)
      #expect(rows.outer == [4, 3] && rows.rows == 12 && rows.dim == 2)
      let all = try rows.all(limit: 5)
      #expect(all.vectors == (0..<24).map(Float.init))
      #expect(all.checksums == (0..<12).map { plainChecksum(all.vectors[$0 * 2..<$0 * 2 + 2]) })
    }
  }

  @Test(arguments: ["orders.npz", "orders_deflated.npz"])
  func copiesAnyRow(_ name: String) throws {
    let file = try NumPyFile(path: fixture(name))
    for (array, count, dim) in [("two", 5, 3), ("three", 12, 2), ("plain_three", 12, 2), ("big_two", 5, 3)] {
      let rows = try file.floatRows(array)
      try rows.makeRandomAccess()
      var row = [Float](repeating: 0, count: dim)
      for number in (0..<count).reversed() {
        rows.copyRow(number, into: &row)
        #expect(row == (0..<dim).map { Float(number * dim + $0) })
      }
    }
  }

  /// More entries than are gathered at once, so that blocks meet; bytes, so that the file stays small.
  @Test func gathersBlockAfterBlock() throws {
    let (rows, dim) = (70_000, 31)
    var bytes = [0x93] + Array("NUMPY".utf8) + [1, 0, 70, 0]
    let header = "{'descr': '|u1', 'fortran_order': True, 'shape': (\(rows), \(dim))}"
    bytes += Array(header.utf8) + [UInt8](repeating: 0x20, count: 70 - header.utf8.count)
    for column in 0..<dim {
      bytes += (0..<rows).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ column &* 13) }
    }
    let all = try opened(bytes).floatRows("").all(limit: 1 << 20)
    #expect(all.checksums.count == rows && all.vectors.count == rows * dim)
    let wrong = (0..<rows).first { row in
      all.vectors[row * dim] != Float(UInt8(truncatingIfNeeded: row &* 7))
        || all.vectors[row * dim + dim - 1] != Float(UInt8(truncatingIfNeeded: row &* 7 &+ (dim - 1) &* 13))
    }
    #expect(wrong == nil)
  }

  @Test func readsInOrderAfterRandomAccess() throws {
    for name in ["stored.npz", "deflated.npz"] {
      let rows = try NumPyFile(path: fixture(name)).floatRows("vectors")
      #expect(try rows.next(limit: 2)?.rows == 2)
      try rows.makeRandomAccess()
      var row = [Float](repeating: 0, count: 5)
      rows.copyRow(6, into: &row)
      #expect(row == (30..<35).map { Float($0) / 4 })
      #expect(try rows.next(limit: 9)?.first == 2)
      #expect(try rows.next(limit: 1) == nil)
    }
  }
}
