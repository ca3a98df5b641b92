internal import Failures
internal import JSON

/// The header of a file in the safetensors format (https://github.com/huggingface/safetensors): the names, types,
/// shapes and byte ranges of tensors, and some texts.
///
/// It is checked as a whole before anything is read: tensors fill the data without gaps and overlaps, and each has as
/// many bytes as its shape needs.
struct TensorHeader {
  /// The tensors in the order of their bytes.
  let tensors: [TensorDescription]
  let metadata: [String: String]

  /// The length of the longest header that is read, in bytes: the limit of the format's reference implementation.
  static let maximumLength = 100_000_000

  /// - Parameters:
  ///   - text: the header, without its length.
  ///   - dataBytes: how many bytes follow it.
  /// - Throws: `Failure` with status 65.
  init(_ text: UnsafeRawBufferPointer, dataBytes: Int) throws {
    // The format wants it first; its reference implementation reads blanks before it.
    guard text.first(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) == UInt8(ascii: "{") else {
      throw Self.malformed("expected a header that begins with {")
    }
    // Bytes that a parser might take for UTF-16 or UTF-32 contain zeros.
    guard !text.contains(0), let json = try? JSON(parsing: text), let members = json.object else {
      throw Self.malformed("expected a JSON object as the header")
    }
    if let name = NameScanner.repeatedName(in: text) {
      throw Self.malformed("expected each name once in the header, found '\(name)' twice")
    }
    metadata = try Self.metadata(members["__metadata__"])
    tensors = try members.filter { $0.key != "__metadata__" }
      .map { try Self.tensor($0.key, $0.value, dataBytes) }
      .sorted {
        ($0.bytes.lowerBound, $0.bytes.upperBound, $0.name) < ($1.bytes.lowerBound, $1.bytes.upperBound, $1.name)
      }
    try Self.checkOrder(tensors, dataBytes)
  }

  private static func metadata(_ json: JSON?) throws -> [String: String] {
    // Absent and null are the same to the format's reference implementation.
    guard let json, json != .null else { return [:] }
    guard let members = json.object else { throw malformed("__metadata__: expected an object") }
    return try members.mapValues { value in
      guard let text = value.string else { throw malformed("__metadata__: expected texts only") }
      return text
    }
  }

  private static func tensor(_ name: String, _ json: JSON, _ dataBytes: Int) throws -> TensorDescription {
    try at(name) {
      guard let members = json.object else { throw malformed("expected an object that describes a tensor") }
      let type = try numberType(members["dtype"])
      guard let shape = sizes(members["shape"]) else {
        throw malformed("expected a shape of whole numbers, none negative, found \(members["shape"]?.text ?? "none")")
      }
      guard let ends = sizes(members["data_offsets"]), ends.count == 2, ends[0] <= ends[1], ends[1] <= dataBytes else {
        let found = members["data_offsets"]?.text ?? "none"
        throw malformed("expected data_offsets within the \(dataBytes) bytes of data, found \(found)")
      }
      guard let size = product(shape + [type.size]), size == ends[1] - ends[0] else {
        throw malformed("\(ends[1] - ends[0]) bytes of data do not fit \(type.rawValue) \(shapeText(shape))")
      }
      return TensorDescription(name: name, type: type, shape: shape, bytes: ends[0]..<ends[1])
    }
  }

  private static func numberType(_ json: JSON?) throws -> NumberType {
    guard let name = json?.string else { throw malformed("expected a dtype") }
    guard let type = NumberType(rawValue: name) else {
      throw Failure(.badData, "unknown type of numbers \(name)", hint: "save it as float32")
    }
    return type
  }

  private static func sizes(_ json: JSON?) -> [Int]? {
    guard let elements = json?.array else { return nil }
    let numbers = elements.compactMap { element -> Int? in
      // 1.0 is a whole number too, but no writer of this format writes it so.
      guard case .integer(let value) = element, value >= 0 else { return nil }
      return Int(exactly: value)
    }
    return numbers.count == elements.count ? numbers : nil
  }

  /// The product; nil where it overflows.
  private static func product(_ factors: [Int]) -> Int? {
    var product = 1
    for factor in factors {
      let (next, overflow) = product.multipliedReportingOverflow(by: factor)
      if overflow { return nil }
      product = next
    }
    return product
  }

  private static func checkOrder(_ tensors: [TensorDescription], _ dataBytes: Int) throws {
    var end = 0
    for tensor in tensors {
      guard tensor.bytes.lowerBound == end else {
        let fault = tensor.bytes.lowerBound < end ? "overlap those of the tensor before it" : "leave a gap before them"
        throw malformed("its bytes \(fault): expected the first at \(end), found it at \(tensor.bytes.lowerBound)")
          .at(tensor.name)
      }
      end = tensor.bytes.upperBound
    }
    guard end == dataBytes else {
      throw malformed("expected \(end) bytes of data, as the tensors need, found \(dataBytes)")
    }
  }

  /// Where to see which tensors a network has.
  static let advice = "model-init --arch NAME makes a model that fits; model-info --tensors lists its tensors"

  static func malformed(_ problem: String) -> Failure { Failure(.badData, problem) }
}

/// `512 x 768`; `scalar` for [].
func shapeText(_ shape: [Int]) -> String {
  shape.isEmpty ? "scalar" : shape.map { "\($0)" }.joined(separator: " x ")
}
