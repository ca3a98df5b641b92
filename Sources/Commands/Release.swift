/// What `--version` says.
public enum Release {
  /// The version of nextvec: every tool and every report carries it.
  public static let version = "0.1.0"
  /// The version of the stream format that these tools read and write.
  public static let streamFormat = 1
}
