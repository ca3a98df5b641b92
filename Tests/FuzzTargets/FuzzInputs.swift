import Checkpoints
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

/// Coverage-guided fuzzing of what reads files: `fuzz-inputs FORMAT [libFuzzer's options] CORPUS`, built by `make fuzz`.
/// A reader may throw; a trap, a hang or more than 200 MB is a finding.
@main struct FuzzInputs {
  nonisolated(unsafe) private static var read: @Sendable (Int32, String) throws -> Void = { _, _ in }
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

  static func main() {
    guard CommandLine.argc >= 2, let word = CommandLine.unsafeArgv[1], let reader = readers[String(cString: word)]
    else {
      print("fuzz-inputs: expected one of \(readers.keys.sorted().joined(separator: ", "))")
      exit(64)
    }
    read = reader
    var template = Array("/tmp/nextvec-fuzz-XXXXXX".utf8CString)
    file = mkstemp(&template)
    guard file >= 0 else { exit(73) }
    unlink(template)
    var count = CommandLine.argc - 1
    // The driver takes the format's name for the program's.
    var words: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv + 1
    exit(
      runDriver(&count, &words) { bytes, size in
        ftruncate(FuzzInputs.file, 0)
        lseek(FuzzInputs.file, 0, SEEK_SET)
        if let bytes, size > 0 { _ = pwrite(FuzzInputs.file, bytes, size, 0) }
        try? FuzzInputs.read(FuzzInputs.file, "input")
        return 0
      })
  }
}
