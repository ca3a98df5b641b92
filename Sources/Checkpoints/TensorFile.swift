internal import Descriptors
internal import Failures
internal import Glibc

/// An open file in the safetensors format. Opening it reads and checks its header; numbers are read when they are
/// needed, directly into the caller's memory, so that there is no second copy of the file.
public final class TensorFile {
  /// The file's path as it was given.
  public let path: String
  /// The tensors in the order of their bytes.
  public private(set) var tensors: [TensorDescription]
  /// What all names of the file begin with and `tensors` lack, such as `module.`; empty where nothing was left out.
  public private(set) var prefix = ""
  /// The texts of the header, by name.
  public let metadata: [String: String]
  /// Bytes of the file.
  public let size: Int

  private let descriptor: Int32
  /// The file offset of the first byte of data.
  private let dataStart: Int
  /// The index in `tensors` of each name.
  private var indices: [String: Int]

  /// Opens a file, and reads and checks its header.
  ///
  /// - Throws: `.cannotOpen`; `.badData` where the header is malformed; `.inputOutput`.
  public init(_ path: String) throws {
    self.path = path
    let opened = try at(path) { try Self.open(path) }
    do {
      let header = try at(path) { try Self.readHeader(opened.descriptor, size: opened.size) }
      (tensors, metadata, dataStart) = (header.header.tensors, header.header.metadata, header.dataStart)
    } catch {
      close(opened.descriptor)
      throw error
    }
    (descriptor, size) = opened
    indices = Dictionary(
      tensors.enumerated().map { ($0.element.name, $0.offset) }, uniquingKeysWith: { first, _ in first })
  }

  deinit { close(descriptor) }

  /// Leaves out the first part of all names, up to its dot, as wrappers of PyTorch models add one.
  ///
  /// - Returns: false where the names have no such part in common; nothing has changed then.
  func stripPrefix() -> Bool {
    guard let first = tensors.first?.name, let dot = first.firstIndex(of: ".") else { return false }
    let part = String(first[...dot])
    guard tensors.allSatisfy({ $0.name.hasPrefix(part) && $0.name.count > part.count }) else { return false }
    prefix += part
    for index in tensors.indices { tensors[index].name.removeFirst(part.count) }
    indices = Dictionary(
      tensors.enumerated().map { ($0.element.name, $0.offset) }, uniquingKeysWith: { first, _ in first })
    return true
  }

  /// The tensor of this name; nil where there is none.
  public subscript(name: String) -> TensorDescription? { indices[name].map { tensors[$0] } }

  /// Reads a tensor of weights as float32.
  ///
  /// - Parameter numbers: room for exactly the tensor's numbers.
  /// - Throws: `.badData` where they are not of a type for weights or not all finite; `.inputOutput`.
  public func read(_ tensor: TensorDescription, into numbers: UnsafeMutableBufferPointer<Float>) throws {
    precondition(numbers.count == tensor.count, "room for \(numbers.count) numbers, not \(tensor.count)")
    try at(path) {
      try at(tensor.name) {
        guard tensor.type.isWeight else {
          throw Failure(
            .badData, "expected numbers of type F32 (or F16, BF16, F64), found \(tensor.type.rawValue)",
            hint: "save it as float32")
        }
        try copy(tensor, into: numbers)
        if let index = firstNonFinite(numbers) {
          throw Failure(.badData, "expected finite numbers, found \(numbers[index]) at entry \(index)")
        }
      }
    }
  }

  private func copy(_ tensor: TensorDescription, into numbers: UnsafeMutableBufferPointer<Float>) throws {
    let start = dataStart + tensor.bytes.lowerBound
    if tensor.type == .float32 {
      return try Descriptor(descriptor).read(into: UnsafeMutableRawBufferPointer(numbers), at: start)
    }
    let (step, width) = (1 << 16, tensor.type.size)
    try withUnsafeTemporaryAllocation(byteCount: step * width, alignment: 8) { buffer in
      for first in stride(from: 0, to: numbers.count, by: step) {
        let count = min(step, numbers.count - first)
        let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<(count * width)])
        try Descriptor(descriptor).read(into: part, at: start + first * width)
        let target = UnsafeMutableBufferPointer(rebasing: numbers[first..<first + count])
        tensor.type.convert(UnsafeRawBufferPointer(part), to: target)
      }
    }
  }

  private static func open(_ path: String) throws -> (descriptor: Int32, size: Int) {
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw Failure.system(.cannotOpen, "cannot be opened") }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw Failure(.cannotOpen, "expected a file", hint: "a model cannot be read from a pipe or a folder")
    }
    return (descriptor, Int(status.st_size))
  }

  private static func readHeader(_ descriptor: Int32, size: Int) throws -> (header: TensorHeader, dataStart: Int) {
    do {
      return try readSafetensorsHeader(descriptor, size: size)
    } catch let failure as Failure where failure.status == .badData {
      throw try foreign(descriptor, size: size) ?? failure
    }
  }

  /// What a file is that is not in the safetensors format; nil where nothing tells.
  private static func foreign(_ descriptor: Int32, size: Int) throws -> Failure? {
    try withUnsafeTemporaryAllocation(byteCount: min(size, 512), alignment: 8) { first in
      try Descriptor(descriptor).read(into: first, at: 0)
      let first = UnsafeRawBufferPointer(first)
      guard FileFormat(first) != .safetensors else { return nil }
      return FileFormat.failure(of: first, expected: "a model in the safetensors format", .model)
    }
  }

  private static func readSafetensorsHeader(
    _ descriptor: Int32, size: Int
  ) throws -> (header: TensorHeader, dataStart: Int) {
    guard size >= 8 else { throw TensorHeader.malformed("expected the 8 bytes of a header's length, found \(size)") }
    var word: UInt64 = 0
    try withUnsafeMutableBytes(of: &word) { try Descriptor(descriptor).read(into: $0, at: 0) }
    let length = UInt64(littleEndian: word)
    guard length <= UInt64(TensorHeader.maximumLength), let count = Int(exactly: length), count <= size - 8 else {
      let maximum = min(size - 8, TensorHeader.maximumLength)
      throw Failure(
        .badData, "expected a header of at most \(maximum) bytes, found the length \(length)",
        hint: "the file may be truncated, or not in the safetensors format")
    }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: max(count, 1), alignment: 8)
    defer { buffer.deallocate() }
    let text = UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
    try Descriptor(descriptor).read(into: text, at: 8)
    return (try TensorHeader(UnsafeRawBufferPointer(text), dataBytes: size - 8 - count), 8 + count)
  }
}
