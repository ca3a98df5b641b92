import Failures

extension NumPyFile {
  /// The entries of an array of Python objects, read by a decoder that runs nothing: `.array` with the array's shape.
  /// The member's CRC-32 is verified first. Throws `.badData` where the objects are more than plain values.
  public func objects(_ array: String) throws -> PickledValue {
    let (member, header) = try find(array)
    return try located(array) {
      guard header.type.isObject else {
        throw Failure(.badData, "expected an array of Python objects, found type \(header.type)")
      }
      let region = try MemberRegion(member, in: mapping, skippingHeader: true)
      defer { region.release() }
      let value = try PickleDecoder.decode(region.bytes)
      guard case .array(let shape, _) = value, shape == header.shape else {
        let expected = NumPyHeader.text(header.shape)
        throw Failure(.badData, "expected a pickled array of shape \(expected), found another value")
      }
      return value
    }
  }
}
