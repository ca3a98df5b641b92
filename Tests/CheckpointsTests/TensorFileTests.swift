import Checkpoints
import Failures
import TestSupport
import Testing

/// Files in the safetensors format, whole and broken: a broken one is rejected with status 65 and a reason.
@Suite struct TensorFileTests {
  static let pair =
    #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[],"data_offsets":[8,12]}}"#
  static let twelve: [UInt8] = [0, 0, 128, 63, 0, 0, 0, 64, 0, 0, 64, 64]

  @Test func aWholeFileIsRead() throws {
    let folder = try Folder()
    let file = try TensorFile(try folder.write(Samples.file(Self.pair, data: Self.twelve), to: "x"))
    #expect(file.tensors.map(\.name) == ["a", "b"])
    #expect(file.tensors.map(\.shape) == [[2], []])
    var numbers: [Float] = [0, 0]
    try numbers.withUnsafeMutableBufferPointer { try file.read(file.tensors[0], into: $0) }
    #expect(numbers == [1, 2])
    #expect(try Samples.tensorFailure(Samples.file("{}")) == nil)
    #expect(try Samples.tensorFailure(Samples.file(Self.pair + "     ", data: Self.twelve)) == nil)
  }

  @Test func everyTruncationIsRejected() throws {
    let whole = Samples.file(Self.pair, data: Self.twelve)
    for count in 0..<whole.count {
      let failure = try Samples.tensorFailure(Array(whole[..<count]))
      #expect(failure?.status == .badData, "\(count) bytes")
    }
    #expect(try Samples.tensorFailure(whole + [0])?.status == .badData)
  }

  /// Whatever a byte of length and header becomes, there is no trap, but a failure or the same tensors.
  @Test func everyFlippedByteIsRejectedOrHarmless() throws {
    let whole = Samples.file(Self.pair, data: Self.twelve)
    for place in 0..<whole.count {
      for flip in [UInt8(1), 4, 0x80, 0xFF] {
        var bytes = whole
        bytes[place] ^= flip
        let failure = try Samples.tensorFailure(bytes)
        #expect(failure == nil || failure?.status == .badData)
      }
    }
  }

  static func tensor(_ type: String = "\"F32\"", _ shape: String = "[2]", _ offsets: String = "[0,8]") -> String {
    #""a":{"dtype":\#(type),"shape":\#(shape),"data_offsets":\#(offsets)}"#
  }

  static let broken: [(header: String, says: String)] = [
    ("", "begins with {"), ("[]", "begins with {"), ("{", "JSON"), ("{}{}", "JSON"),
    ("{\"a\":1}", "object"), ("{\"__metadata__\":{\"a\":1}}", "texts"), ("{\"__metadata__\":[]}", "__metadata__"),
    ("{\(tensor("\"F33\""))}", "F33"), ("{\(tensor("32"))}", "dtype"), ("{\(tensor("\"F64\""))}", "F64 2"),
    ("{\(tensor("\"F32\"", "[-2]"))}", "none negative"), ("{\(tensor("\"F32\"", "[2.5]"))}", "whole"),
    ("{\(tensor("\"F32\"", "2"))}", "shape"), ("{\(tensor("\"F32\"", "[3]"))}", "F32 3"),
    ("{\(tensor("\"F32\"", "[4611686018427387904,4]"))}", "bytes of data do not fit"),
    ("{\(tensor("\"F32\"", "[9223372036854775807,9223372036854775807,0]"))}", "bytes of data do not fit"),
    ("{\(tensor("\"F32\"", "[99999999999999999999]"))}", "shape"),
    ("{\(tensor("\"F32\"", "[2]", "[8,0]"))}", "data_offsets"),
    ("{\(tensor("\"F32\"", "[2]", "[0,8,8]"))}", "data_offsets"),
    ("{\(tensor("\"F32\"", "[2]", "[-8,0]"))}", "data_offsets"),
    ("{\(tensor("\"F32\"", "[2]", "[8,16]"))}", "data_offsets"),
    ("{\(tensor("\"F32\"", "[1]", "[4,8]"))}", "gap"),
    ("{\(tensor("\"F32\"", "[1]", "[0,4]"))}", "expected 4 bytes of data"),
    ("{\(tensor()),\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", "overlap"),
    ("{\(tensor()),\(tensor())}", "'a' twice"),
    ("{\(tensor()),\"\\u0061\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[8,8]}}", "'a' twice"),
    ("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", "'dtype' twice"),
    ("{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"},\(tensor())}", "'k' twice"),
    (String(repeating: "{\"a\":", count: 5000), "JSON"),
  ]

  @Test(arguments: broken.indices) func brokenHeadersAreRejected(_ index: Int) throws {
    let (header, says) = Self.broken[index]
    let failure = try #require(try Samples.tensorFailure(Samples.file(header, data: [UInt8](repeating: 0, count: 8))))
    #expect(failure.status == .badData)
    #expect(failure.description.contains(says), "\(failure)")
    #expect(!failure.description.contains("\n"))
  }

  @Test func lengthsAndBytesThatAreNoText() throws {
    for length in [UInt64.max, 1 << 63, 1 << 40, 100_000_001, 3] {
      let bytes = withUnsafeBytes(of: length.littleEndian) { Array($0) } + [0x7B, 0x7D]
      #expect(try Samples.tensorFailure(bytes)?.status == .badData)
    }
    var invalid = Samples.file("{\"ab\":{}}")
    invalid[10] = 0xFF
    #expect(try Samples.tensorFailure(invalid)?.status == .badData)
    let wide = [UInt8(ascii: "{"), 0, UInt8(ascii: "}"), 0]
    #expect(try Samples.tensorFailure([4, 0, 0, 0, 0, 0, 0, 0] + wide)?.status == .badData)
  }

  @Test func numbersMustBeFiniteWeights() throws {
    for (place, bits) in [(3, [0, 0, 0xC0, 0x7F]), (8, [0, 0, 0x80, 0xFF])] as [(Int, [UInt8])] {
      var data = Self.twelve
      let start = place / 4 * 4
      data.replaceSubrange(start..<start + 4, with: bits)
      let failure = try #require(try Samples.tensorFailure(Samples.file(Self.pair, data: data)))
      #expect(failure.status == .badData)
      #expect(failure.places.last == (start < 8 ? "a" : "b"))
    }
    let integers = Samples.file("{\(Self.tensor("\"I32\""))}", data: Array(Self.twelve[..<8]))
    #expect(try Samples.tensorFailure(integers)?.description.contains("I32") == true)
    // A float64 that no float32 can hold.
    let huge = withUnsafeBytes(of: 1e300.bitPattern.littleEndian) { Array($0) }
    let failure = try Samples.tensorFailure(Samples.file("{\(Self.tensor("\"F64\"", "[1]"))}", data: huge))
    #expect(failure?.description.contains("inf") == true)
  }

  @Test func otherWeightsBecomeFloat32() throws {
    let cases: [(type: String, data: [UInt8])] = [
      ("F16", [0x00, 0x3C, 0x01, 0x80]), ("BF16", [0x80, 0x3F, 0x00, 0xC0]),
      ("F64", withUnsafeBytes(of: 0.1.bitPattern.littleEndian) { Array($0) } + [0, 0, 0, 0, 0, 0, 0xF0, 0x3F]),
    ]
    let expected: [[Float]] = [[1, -0x1p-24], [1, -2], [0.1, 1]]
    for (index, (type, data)) in cases.enumerated() {
      let folder = try Folder()
      let header = "{\(Self.tensor("\"\(type)\"", "[2]", "[0,\(data.count)]"))}"
      let file = try TensorFile(try folder.write(Samples.file(header, data: data), to: "x"))
      var numbers: [Float] = [0, 0]
      try numbers.withUnsafeMutableBufferPointer { try file.read(file.tensors[0], into: $0) }
      #expect(numbers == expected[index])
    }
  }

  @Test func whatIsNoFileCannotBeOpened() throws {
    let folder = try Folder()
    for path in [folder("absent"), folder.path, "/dev/null"] {
      do {
        _ = try TensorFile(path)
        Issue.record("\(path) was opened")
      } catch let failure as Failure {
        #expect(failure.status == .cannotOpen)
        #expect(failure.places == [path])
      }
    }
  }
}
