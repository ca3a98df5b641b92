import Checkpoints
import Checksums
import Descriptors
import Failures
import Formats
import Glibc
import Streams
import Vectors

/// libFuzzer's driver: runs `callback` on inputs that it changes so that new branches are reached.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<CInt>,
  _ words: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
  _ callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// Coverage-guided fuzzing of what reads files: `FORMAT=stream fuzz-inputs [libFuzzer's options] CORPUS`, built by `make fuzz`.
/// A reader may throw; a trap, a hang or more than 200 MB is a finding. Every input is read as it is, and once more with
/// its checksums made right, so that changes reach the code behind them.
@main struct FuzzInputs {
  nonisolated(unsafe) private static var read: @Sendable (Int32, String) throws -> Void = { _, _ in }
  nonisolated(unsafe) private static var seal: (@Sendable (inout [UInt8]) -> Void)?
  /// A file without a name for the input.
  nonisolated(unsafe) private static var file: Int32 = -1

  private static let readers: [String: @Sendable (Int32, String) throws -> Void] = [
    "stream": { descriptor, name in
      let reader = try StreamReader(descriptor: descriptor, name: name)
      while try reader.next() != nil {}
    },
    "arrays": { descriptor, name in
      let file = try NumPyFile(descriptor: descriptor, name: name)
      let table = try? ChunkTable(file)
      while try table?.vectors.next(limit: 100) != nil {}
      for array in file.arrays { _ = try? file.objects(array.name) }
      _ = try? WindowTable(file)
    },
    "model": { descriptor, name in
      let file = try TensorFile("/proc/self/fd/\(descriptor)")
      for tensor in file.tensors where tensor.count <= 1 << 16 {
        var numbers = [Float](repeating: 0, count: tensor.count)
        try? numbers.withUnsafeMutableBufferPointer { try file.read(tensor, into: $0) }
      }
    },
  ]

  /// What makes the checksums of a format right, as far as the input has its structure.
  private static let seals: [String: @Sendable (inout [UInt8]) -> Void] = [
    "stream": sealRecords, "arrays": sealMembers,
  ]

  static func main() {
    // Not a word of the command line, with which the driver starts the program again.
    let word = getenv("FORMAT").map { String(cString: $0) } ?? ""
    guard let reader = readers[word] else {
      print("fuzz-inputs: expected FORMAT to be one of \(readers.keys.sorted().joined(separator: ", "))")
      exit(64)
    }
    read = reader
    seal = seals[word]
    var template = Array("/tmp/nextvec-fuzz-XXXXXX".utf8CString)
    file = mkstemp(&template)
    guard file >= 0 else { exit(73) }
    unlink(template)
    var count = CommandLine.argc
    var words: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
    exit(
      runDriver(&count, &words) { bytes, size in
        FuzzInputs.attemptBoth(UnsafeBufferPointer(start: bytes, count: size))
        return 0
      })
  }

  /// The input as it is, and with right checksums where these differ.
  private static func attemptBoth(_ input: UnsafeBufferPointer<UInt8>) {
    attempt(input)
    guard let seal else { return }
    var sealed = Array(input)
    seal(&sealed)
    guard !sealed.elementsEqual(input) else { return }
    sealed.withUnsafeBufferPointer(attempt)
  }

  private static func attempt(_ input: UnsafeBufferPointer<UInt8>) {
    ftruncate(file, 0)
    lseek(file, 0, SEEK_SET)
    if !input.isEmpty { _ = pwrite(file, input.baseAddress, input.count, 0) }
    try? read(file, "input")
  }

  /// The CRCs of a stream's records: of the body at byte 56 of the head, of the head before it at byte 60.
  @Sendable private static func sealRecords(_ bytes: inout [UInt8]) {
    var start = 0
    while start + 64 <= bytes.count {
      let length = min(number(bytes, start + 24, bytes: 8), bytes.count - start - 64)
      put(crc(bytes, start + 64, length), &bytes, start + 56)
      put(crc(bytes, start, 60), &bytes, start + 60)
      start += 64 + length
    }
  }

  /// The CRCs of a zip's stored members, in the directory and before each member.
  @Sendable private static func sealMembers(_ bytes: inout [UInt8]) {
    var entry = 0
    while entry + 46 <= bytes.count {
      defer { entry += 1 }
      guard number(bytes, entry, bytes: 4) == 0x0201_4B50, number(bytes, entry + 10, bytes: 2) == 0 else { continue }
      let member = number(bytes, entry + 42, bytes: 4)
      guard member + 30 <= bytes.count, number(bytes, member, bytes: 4) == 0x0403_4B50 else { continue }
      let body = member + 30 + number(bytes, member + 26, bytes: 2) + number(bytes, member + 28, bytes: 2)
      let length = number(bytes, entry + 20, bytes: 4)
      guard body + length <= bytes.count else { continue }
      let sum = crc(bytes, body, length)
      put(sum, &bytes, entry + 16)
      put(sum, &bytes, member + 14)
    }
  }

  private static func crc(_ bytes: [UInt8], _ start: Int, _ count: Int) -> UInt32 {
    bytes.withUnsafeBytes { CRC32.of(UnsafeRawBufferPointer(rebasing: $0[start..<start + count])) }
  }

  /// A little-endian number, at most the largest Int.
  private static func number(_ bytes: [UInt8], _ start: Int, bytes count: Int) -> Int {
    let value = (0..<count).reduce(UInt64(0)) { $0 | UInt64(bytes[start + $1]) << UInt64(8 * $1) }
    return Int(clamping: value)
  }

  private static func put(_ value: UInt32, _ bytes: inout [UInt8], _ start: Int) {
    for place in 0..<4 { bytes[start + place] = UInt8(truncatingIfNeeded: value >> UInt32(8 * place)) }
  }
}
