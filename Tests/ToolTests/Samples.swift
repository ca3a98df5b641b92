import JSON
import Streams
import TestSupport
import Testing
import Vectors

/// Small inputs that many tests use.
enum Samples {
  /// Six articles of 4 to 14 chunks, one of which has a gap; dim 6, ordered, in frames of 7 rows.
  static let rows = Frame.random(
    [
      (1, Array(0..<9)), (2, Array(0..<14)), (5, Array(0..<4)), (6, [0, 1, 2, 3, 4, 5, 9, 10, 11, 12, 13, 14]),
      (8, Array(3..<13)),
      (1 << 40, Array(0..<7)),
    ], dim: 6)

  static let chunks = stream { try chunkStream(rows.cut(before: Array(stride(from: 7, to: 100, by: 7)))) }

  /// Windows of three context chunks over `chunks`, made by the tool.
  static let windows = stream { try run("seq-build", ["--ctx", "3", "--quiet"], input: chunks).output }

  /// One vector of each of ten chunks, as a .npy file.
  static let npy = numPy(rows: 10, columns: 3, (0..<30).map { Float($0) - 14.5 })

  private static func stream(_ make: () throws -> [UInt8]) -> [UInt8] { (try? make()) ?? [] }

  /// A .npy file of version 1.0 with a matrix of float32.
  static func numPy(rows: Int, columns: Int, _ entries: [Float]) -> [UInt8] {
    var text = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(rows), \(columns)), }"
    while (10 + text.utf8.count + 1) % 64 != 0 { text += " " }
    text += "\n"
    var bytes: [UInt8] =
      [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.utf8.count & 255), UInt8(text.utf8.count >> 8)]
    bytes += Array(text.utf8)
    for entry in entries { withUnsafeBytes(of: entry.bitPattern.littleEndian) { bytes += $0 } }
    return bytes
  }

  /// The report of stream-info on a stream.
  static func info(_ stream: [UInt8]) throws -> JSON { try run("stream-info", input: stream).json ?? .null }
}

/// A command line of one tool, as a test's argument: shown in full when it fails.
struct CommandLine: CustomTestStringConvertible, Sendable {
  var tool: String
  var arguments: [String]
  /// What the test expects, usually words of a message.
  var expected: [String]

  init(_ line: String, _ expected: String...) {
    let words = line.split(separator: " ").map(String.init)
    tool = words[0]
    arguments = Array(words.dropFirst())
    self.expected = expected
  }

  var testDescription: String { ([tool] + arguments).joined(separator: " ") }
}
