internal import Failures
public import Streams
public import Vectors

extension StreamInput {
  /// Checks that the stream is of the kind that a tool reads.
  ///
  /// - Throws: `Failure` `.badData` with the kind that was expected and the one that was found.
  public func expect(_ kind: StreamHeader.Kind) throws {
    guard header.kind != kind else { return }
    let hint: String? =
      switch kind {
      case .chunks: nil
      case .windows: "seq-build makes windows of chunks"
      case .predictions: "model-predict makes predictions of windows"
      }
    throw Failure(.badData, "expected \(kind.rawValue), found \(header.kind.rawValue)", at: name, hint: hint)
  }

  /// The roles of the stream's windows.
  ///
  /// - Throws: `Failure` `.badData` if the stream is not one of windows.
  public func expectWindows() throws -> Roles {
    try expect(.windows)
    guard let roles = header.roles else { throw Failure(.badData, "the windows have no roles", at: name) }
    return roles
  }
}
