internal import Descriptors
internal import Failures
internal import Glibc
internal import JSON

/// Writes float32 tensors in the safetensors format: the same tensors and texts give the same bytes.
public struct TensorWriter {
  private struct Item {
    let name: String
    let shape: [Int]
    let numbers: UnsafeMutableBufferPointer<Float>
  }

  private let metadata: [String: String]
  private var items: [Item] = []

  /// A file without tensors.
  ///
  /// - Parameter metadata: texts by name.
  public init(metadata: [String: String]) {
    self.metadata = metadata
  }

  /// Adds a tensor; the tensors' bytes are in the order in which they are added.
  ///
  /// - Parameter numbers: the caller keeps them alive until `write` has returned.
  public mutating func add(_ name: String, shape: [Int], _ numbers: UnsafeMutableBufferPointer<Float>) {
    precondition(shape.reduce(1, *) == numbers.count, "\(name) has \(numbers.count) numbers, its shape \(shape)")
    precondition(name != "__metadata__" && !items.contains { $0.name == name }, "the name \(name) is taken")
    items.append(Item(name: name, shape: shape, numbers: numbers))
  }

  /// Writes the file.
  ///
  /// - Parameters:
  ///   - descriptor: open for writing; the caller closes it.
  ///   - path: the file's name in messages.
  /// - Throws: `.badData` where a number is not finite, before a byte is written; `.inputOutput`.
  public func write(to descriptor: Int32, path: String) throws {
    for item in items {
      if let index = firstNonFinite(item.numbers) {
        let problem = "expected finite numbers to write, found \(item.numbers[index]) at entry \(index)"
        throw Failure(.badData, problem, at: path, item.name)
      }
    }
    var start = header()
    try start.withUnsafeMutableBytes { bytes in
      var parts = [iovec(UnsafeRawBufferPointer(bytes))] + items.map { iovec(UnsafeRawBufferPointer($0.numbers)) }
      try Descriptor(descriptor, name: path).write(&parts)
    }
  }

  /// The length and the header, padded with spaces so that the data begin at a multiple of 8.
  private func header() -> [UInt8] {
    var members: [String: JSON] = [:]
    var end = 0
    for item in items {
      let start = end
      end += item.numbers.count * MemoryLayout<Float>.size
      members[item.name] = [
        "dtype": "F32", "shape": .array(item.shape.map { .integer(Int64($0)) }),
        "data_offsets": [.integer(Int64(start)), .integer(Int64(end))],
      ]
    }
    if !metadata.isEmpty { members["__metadata__"] = .object(metadata.mapValues { .string($0) }) }
    var text = Array(JSON.object(members).text.utf8)
    text.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - text.count % 8) % 8))
    return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text
  }
}
