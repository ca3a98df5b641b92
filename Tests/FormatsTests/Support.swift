import Failures
import Formats
import Glibc
import Testing

/// The path of a file in Tests/Reference/npz, which make_npz_fixtures.py wrote.
func fixture(_ name: String, file: String = #filePath) -> String {
  let tests = file.split(separator: "/").dropLast(2).joined(separator: "/")
  return "/\(tests)/Reference/npz/\(name)"
}

func fixtureBytes(_ name: String) throws -> [UInt8] {
  let descriptor = open(fixture(name), O_RDONLY)
  try #require(descriptor >= 0)
  defer { close(descriptor) }
  var bytes = [UInt8](repeating: 0, count: 1 << 20)
  let count = read(descriptor, &bytes, bytes.count)
  return Array(bytes[..<count])
}

/// A regular file without a name that holds `bytes`, at its start.
func temporaryFile(_ bytes: [UInt8] = []) throws -> Int32 {
  var template = Array("/tmp/nextvec-test-XXXXXX".utf8CString)
  let descriptor = mkstemp(&template)
  try #require(descriptor >= 0)
  unlink(template)
  try #require(pwrite(descriptor, bytes, bytes.count, 0) == bytes.count)
  return descriptor
}

func opened(_ bytes: [UInt8]) throws -> NumPyFile {
  let descriptor = try temporaryFile(bytes)
  defer { close(descriptor) }
  return try NumPyFile(descriptor: descriptor, name: "bytes")
}

extension FloatRows {
  /// Everything, read in order with at most `limit` rows at a time.
  func all(limit: Int = 1000) throws -> (vectors: [Float], checksums: [UInt32], nonFinite: [Int]) {
    var result: (vectors: [Float], checksums: [UInt32], nonFinite: [Int]) = ([], [], [])
    while let chunk = try next(limit: limit) {
      #expect(chunk.first * dim == result.vectors.count)
      #expect(chunk.bytes.count == 4 * chunk.rows * dim)
      result.vectors += (0..<chunk.rows * dim).map { chunk.bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
      result.checksums += chunk.checksums
      result.nonFinite += chunk.nonFinite
    }
    return result
  }
}

/// The failure that `body` throws; fails the test where it throws none.
func failure<Result>(_ body: () throws -> Result) throws -> Failure {
  do {
    _ = try body()
  } catch let failure as Failure {
    return failure
  }
  Issue.record("nothing was thrown")
  throw Failure(.internalFault, "nothing was thrown")
}

/// CRC-32 by its definition, a bit at a time (reflected polynomial 0xEDB88320).
func plainChecksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
  var state: UInt32 = .max
  for byte in bytes {
    state ^= UInt32(byte)
    for _ in 0..<8 { state = state & 1 == 1 ? state >> 1 ^ 0xEDB8_8320 : state >> 1 }
  }
  return ~state
}

func plainChecksum(_ floats: ArraySlice<Float>) -> UInt32 {
  floats.withUnsafeBytes { plainChecksum($0) }
}
