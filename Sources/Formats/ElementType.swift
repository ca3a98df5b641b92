/// What the entries of an array are: NumPy's `descr` of a plain type, such as `<f4`.
public struct ElementType: Hashable, Sendable, CustomStringConvertible {
  /// What the bytes of an element represent.
  public enum Kind: Hashable, Sendable {
    case float
    case signed
    case unsigned
    case boolean
    /// Text in UTF-32, padded with zeros.
    case unicode
    /// Text in bytes, padded with zeros.
    case bytes
    /// Python objects, pickled.
    case object
    /// Anything that is not read: complex numbers, structures, dates.
    case other
  }

  /// What the bytes of an element represent.
  public let kind: Kind
  /// Bytes of one entry; 0 where it is not known.
  public let size: Int
  /// Whether the most significant byte comes first.
  public let isBigEndian: Bool
  /// As the file has it.
  public let description: String

  /// float32, little-endian.
  public static let float32 = ElementType("<f4")
  /// int32, little-endian.
  public static let int32 = ElementType("<i4")
  /// int64, little-endian.
  public static let int64 = ElementType("<i8")
  /// uint64, little-endian.
  public static let uint64 = ElementType("<u8")

  /// From NumPy's text, such as `<f4`, `|b1`, `>u2` or `<U12`; what is not read becomes `.other`.
  public init(_ description: String) {
    var text = Substring(Self.codes[description] ?? description)
    let order = text.first.flatMap { "<>=|".contains($0) ? $0 : nil }
    if order != nil { text.removeFirst() }
    let letter = text.first
    let digits = text.dropFirst()
    let number = digits.isEmpty || digits.contains(where: { !$0.isASCII || !$0.isNumber }) ? nil : Int(digits)
    (kind, size) = ElementType.meaning(letter, number, isBare: digits.isEmpty)
    isBigEndian = order == ">"
    self.description = description
  }

  /// Other words for the same types, which NumPy reads though it does not write them.
  private static let codes = [
    "f": "f4", "d": "f8", "e": "f2", "?": "b1", "bool": "b1", "half": "f2", "single": "f4", "double": "f8",
    "float": "f8", "int": "i8", "float16": "f2", "float32": "f4", "float64": "f8", "int8": "i1", "int16": "i2",
    "int32": "i4", "int64": "i8", "uint8": "u1", "uint16": "u2", "uint32": "u4", "uint64": "u8",
  ]

  private static func meaning(_ letter: Character?, _ number: Int?, isBare: Bool) -> (Kind, Int) {
    if letter == "O", isBare || number == 8 { return (.object, 8) }
    guard let number else { return (.other, 0) }
    switch (letter, number) {
    case ("f", 2), ("f", 4), ("f", 8): return (.float, number)
    case ("i", 1), ("i", 2), ("i", 4), ("i", 8): return (.signed, number)
    case ("u", 1), ("u", 2), ("u", 4), ("u", 8): return (.unsigned, number)
    case ("b", 1): return (.boolean, 1)
    case ("S", _): return (.bytes, number)
    case ("U", 0...0x1FFF_FFFF): return (.unicode, 4 * number)
    default: return (.other, 0)
    }
  }

  var isObject: Bool { kind == .object }

  var isNumber: Bool {
    switch kind {
    case .float, .signed, .unsigned, .boolean: true
    case .unicode, .bytes, .object, .other: false
    }
  }

  /// Entries that are float32 values as this machine holds them.
  var isNativeFloat: Bool { kind == .float && size == 4 && (!isBigEndian || Int(1).bigEndian == 1) }

  /// What to do about an array whose entries are not read, in one line.
  var advice: String {
    let letter = description.first { !"<>=|".contains($0) }
    switch letter {
    case "V" where description.hasSuffix("V2"): return "if it holds bfloat16, save it as float32 instead"
    case "c": return "complex numbers are not read: save real and imaginary parts as arrays of their own"
    case "M", "m": return "dates and time spans are not read: save them as integers, .astype(numpy.int64)"
    case "[", "(", "V": return "structured arrays are not read: save each field as an array of its own"
    case "f", "g": return "save it as float32: .astype(numpy.float32)"
    case "O": return "objects are read only as metadata: save the vectors with .astype(numpy.float32)"
    case "U", "S": return "text is no number: save the vectors with .astype(numpy.float32)"
    default: return "save it as float32 or int64"
    }
  }
}
