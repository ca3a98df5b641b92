/// One tensor as the header of a file in the safetensors format describes it.
public struct TensorDescription: Hashable, Sendable {
  /// Its name, unique in the file.
  public internal(set) var name: String
  /// The type of its numbers.
  public let type: NumberType
  /// Its dimensions; [] for a scalar.
  public let shape: [Int]
  /// The range of its bytes, counted from the first byte of data.
  public let bytes: Range<Int>

  /// How many numbers it has.
  public var count: Int { bytes.count / type.size }
}
