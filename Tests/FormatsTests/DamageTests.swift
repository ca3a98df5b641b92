import Failures
import Formats
import Testing

/// Damaged archives are refused or read as what they were: never is anything else read, and never does the process end.
@Suite struct DamageTests {
  /// What a caller can get out of small.npz.
  private struct Contents: Equatable {
    var vectors: [Float]
    var articles: [Int64]

    init(_ bytes: [UInt8]) throws {
      let file = try opened(bytes)
      let rows = try file.floatRows("vectors")
      vectors = try rows.all(limit: 1).vectors
      let random = try file.floatRows("vectors")
      try random.makeRandomAccess()
      var copied = [Float](repeating: 0, count: random.rows * random.dim)
      for row in 0..<random.rows {
        copied.withUnsafeMutableBufferPointer { floats in
          if let start = floats.baseAddress { random.copyRow(row, into: start + row * random.dim) }
        }
      }
      #expect(copied == vectors)
      articles = try file.integers("article_ids")
    }
  }

  @Test(arguments: ["small.npz", "small_deflated.npz"])
  func everyPrefixIsRefused(_ name: String) throws {
    let bytes = try fixtureBytes(name)
    _ = try Contents(bytes)
    for count in 0..<bytes.count {
      #expect(throws: Failure.self) { try Contents(Array(bytes[..<count])) }
    }
  }

  @Test(arguments: ["small.npz", "small_deflated.npz", "descriptors.npz"])
  func everyChangeIsRefusedOrHarmless(_ name: String) throws {
    let bytes = try fixtureBytes(name)
    func contents(_ bytes: [UInt8]) throws -> ([Float], [Int64], [String]?) {
      guard name == "descriptors.npz" else {
        let contents = try Contents(bytes)
        return (contents.vectors, contents.articles, nil)
      }
      let file = try opened(bytes)
      let titles = try file.strings("titles")
      // An array that does not claim to be text is not read as text, and so not verified.
      if titles == nil { throw Failure(.badData, "no text") }
      return (try file.floatRows("vectors").all().vectors, try file.integers("article_indices"), titles)
    }
    let expected = try contents(bytes)
    var refused = 0
    for index in bytes.indices {
      for mask: UInt8 in [0xFF, 1, 2, 4, 8, 16, 32, 64, 128] {
        var damaged = bytes
        damaged[index] ^= mask
        do {
          let found = try contents(damaged)
          #expect(found == expected, "byte \(index) ^ \(mask)")
        } catch is Failure {
          refused += 1
        }
      }
    }
    // Only times, versions, attributes, descriptors, and the sizes that local headers repeat may be ignored.
    #expect(refused > bytes.count * 9 * 7 / 10)
  }

  @Test func damagedDataSaysSo() throws {
    var bytes = try fixtureBytes("small.npz")
    let index = try #require(bytes.indices.first { bytes[$0...].starts(with: [0, 0, 0x80, 0x3F]) })
    bytes[index] ^= 1
    let thrown = try failure { try opened(bytes).floatRows("vectors").all() }
    #expect(thrown.problem.hasPrefix("its bytes are damaged: expected the CRC-32"))
    #expect(thrown.places == ["bytes", "array 'vectors'"])
    #expect(try failure { try opened(bytes).floatRows("vectors").makeRandomAccess() }.problem == thrown.problem)
    let rows = try opened(bytes).floatRows("vectors")
    #expect(try failure { try rows.all() } == thrown)
    #expect(try failure { try rows.next(limit: 1) } == thrown)
  }

  @Test(arguments: [
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 9223372036854775807), }", "larger than"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 3), }", "larger than"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (1099511627776, 3), }", "take 13194139533312 bytes"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999, 3), }", "below 2^63"),
    ("{'descr': '<U0', 'fortran_order': False, 'shape': (1099511627776,), }", "too many"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (-2, 3), }", "a whole number from 0 on"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (6), }", "(5) is no tuple"),
    ("{'descr': '<f4', 'fortran_order': 0, 'shape': (2, 3), }", "True or False"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), 'more': 1}", "no key but"),
    ("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}", "only once"),
    ("{'descr': '<f4', 'shape': (2, 3)}", "lacks"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), } x", "the end"),
    ("{'descr': '<f4, 'fortran_order': False, 'shape': (2, 3), }", "expected"),
    ("{'descr': '\\", "a closing quote"),
    ("{'descr': [[[", "a closing bracket"),
    ("", "'{'"),
  ])
  func malformedHeadersAreRefused(_ header: String, _ words: String) throws {
    let thrown = try failure { try opened(array(header, count: 24)) }
    #expect(thrown.status == .badData)
    #expect(thrown.problem.contains(words), "\(thrown)")
  }

  @Test func longHeadersAreRefused() throws {
    let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }" + String(repeating: " ", count: 10_000)
    #expect(try failure { try opened(array(header, count: 24)) }.problem.contains("at most 10000"))
  }

  @Test func dataShortOfTheShapeAreRefused() throws {
    let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"
    #expect(try opened(array(header, count: 24)).floatRows("").rows == 2)
    #expect(throws: Failure.self) { try opened(array(header, count: 23)) }
    // NumPy too reads the first of several arrays in a file.
    #expect(try opened(array(header, count: 25)).floatRows("").all().vectors.count == 6)
  }

  @Test func vectorsOfAbsurdLengthAreRefusedEvenWithoutRows() throws {
    let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 1099511627776), }"
    #expect(try failure { try opened(array(header, count: 0)).floatRows("") }.problem.contains("found 1099511627776"))
  }

  /// An .npy file with this header and `count` bytes of zeros.
  private func array(_ header: String, count: Int) -> [UInt8] {
    let length = header.utf8.count
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)] + Array(header.utf8)
      + [UInt8](repeating: 0, count: count)
  }
}
