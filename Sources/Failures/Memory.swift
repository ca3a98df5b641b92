/// Memory that the system does not give.
public enum Memory {
  /// Ends the process with a failure. A tool sets it at its start, so that the line and the abort record are those of
  /// any other failure.
  nonisolated(unsafe) public static var onExhaustion: (Failure) -> Never = { fatalError($0.description) }

  /// Ends the process because `bytes` bytes were not to be had.
  public static func exhausted(bytes: Int) -> Never {
    onExhaustion(
      Failure(
        .outOfResources, "not enough memory: the system did not give \((bytes + 0xF_FFFF) >> 20) MiB",
        hint: "--help states what the tool needs; ulimit -v and a container limit what it gets"))
  }
}
