/// What an array in a file is, known before its entries are read.
public struct ArrayDescription: Hashable, Sendable {
  /// Without the ending `.npy`; empty in a file that is one array.
  public let name: String
  /// The type of an element.
  public let type: ElementType
  /// The length of each axis; empty for a scalar.
  public let shape: [Int]
  /// Whether the first axis varies fastest (Fortran order), not the last (C order).
  public let isFortranOrder: Bool
  /// How the bytes are stored in the archive.
  public let compression: Compression
  /// Bytes of all entries, unpacked; for objects, of their pickle.
  public let byteCount: Int
  /// The CRC-32 of the .npy header and the entries, as the archive states it; nil in a file that is one array.
  public let checksum: UInt32?

  /// Product of the shape.
  public var entries: Int { shape.reduce(1, *) }
  /// Whether the elements are pickled Python objects.
  public var isObject: Bool { type.kind == .object }
  /// As Python writes it: `(5, 384)`.
  public var shapeText: String { NumPyHeader.text(shape) }
}
