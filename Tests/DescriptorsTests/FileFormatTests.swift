import Descriptors
import Testing

@Suite struct FileFormatTests {
  private static func bytes(_ text: String, then count: Int = 100) -> [UInt8] {
    Array(text.utf8) + [UInt8](repeating: 0, count: count)
  }

  private static let safetensors: [UInt8] = [0x1F, 0x8B, 0, 0, 0, 0, 0, 0] + Array("{\"a\":".utf8)

  @Test(
    arguments: [
      ([], .empty), (bytes("PK\u{3}\u{4}"), .zip),
      (bytes("PK\u{3}\u{4}" + "                          m/data.pkl"), .torch),
      ([0x80, 4, 0x95], .pickle), (safetensors, .safetensors), ([0x1F, 0x8B, 8], .gzip),
      (bytes("a", then: 256) + bytes("ustar"), .tar), (bytes("GGUF"), .gguf), (bytes("%PDF-1.7"), .pdf),
      (Array("\n <!doctype HTML><p>".utf8), .html), (Array("{\"error\": \"gone\"}".utf8), .json),
      (Array("{\"weight_map\": {}}".utf8), .safetensorsIndex),
      (Array("version https://git-lfs.github.com/spec/v1".utf8), .lfsPointer),
      (Array("1;Zürich".utf8.dropLast(4)), .text), ([0, 1, 2], nil), ([0xC3, 0x28, 0x41, 0x41, 0x41, 0x41], nil),
    ] as [([UInt8], FileFormat?)])
  func formatsAreRecognized(_ bytes: [UInt8], _ expected: FileFormat?) {
    #expect(bytes.withUnsafeBytes { FileFormat($0) } == expected)
  }

  @Test func anyBytesMayBeAsked() {
    var state: UInt64 = 1
    for count in 0..<600 {
      let bytes = (0..<count).map { _ -> UInt8 in
        state = state &* 6_364_136_223_846_793_005 &+ 1
        return UInt8(truncatingIfNeeded: state >> 56)
      }
      _ = bytes.withUnsafeBytes { FileFormat.failure(of: $0, expected: "a model", .model) }
    }
  }
}
