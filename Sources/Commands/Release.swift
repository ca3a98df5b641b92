/// What `--version` prints.
public enum Release {
  /// The version of nextvec, which every report states.
  public static let version = "0.1.0"
  /// The version of the stream format that these tools read and write.
  public static let streamFormat = 1
}
