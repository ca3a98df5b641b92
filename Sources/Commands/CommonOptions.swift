/// The options that several tools share, so that they have the same names and the same help.
///
/// Every tool has `help`, `version`, `quiet` and `progress`; a manual lists those of the others that it needs.
public enum CommonOptions {
  static let help = Option.flag("help", help: "print this page").letter("h")
  static let version = Option.flag("version", help: "print the version")
  static let quiet = Option.flag("quiet", help: "print no notes and no progress").letter("q")
  static let progress = Option.choice(
    "progress", default: ProgressMode.auto,
    help: "show progress on standard error; auto: on a terminal, after a second of work")

  /// `--seed N`: read it as `arguments.seed`, which knows the default.
  public static let seed = Option.unsigned("seed", default: 17, help: "seed of every random choice")
  /// `--threads N`: read it as `arguments.threads`, which also reads the environment.
  public static let threads = Option.integer(
    "threads", in: 1...1024, help: "number of threads"
  ).showing(default: "OPENBLAS_NUM_THREADS, else all cores")
  /// `-o FILE`: read it as `arguments.outputPath`, for which `-` is standard output.
  public static let output = Option.text(
    "output", placeholder: "FILE", help: "write to FILE, whole or not at all, instead of standard output"
  ).letter("o")
  /// `--out FILE`: the model that a tool makes. It never goes to standard output, since models are not read from pipes.
  public static let model = Option.text(
    "out", placeholder: "FILE", help: "the new model, written whole or not at all; --output means the same"
  ).letter("o").alias("output").required()
  /// `--label NAME`: what a report calls its data.
  public static let label = Option.text("label", placeholder: "NAME", help: "the name of the data in the report")
  /// `--format json|table`: the form of a report.
  public static let format: Option<ReportFormat?> = Option.choice(
    "format", help: "the form of the report"
  ).showing(default: "table on a terminal, else json")
  /// `--limit N`: the number of windows to report on; nil for all.
  public static let limit = Option.integer(
    "limit", in: 1...Int.max, help: "report on the first N windows; the rest is still read and verified")
  /// `--members N`: how many streams were concatenated; nil where it is not known.
  public static let members = Option.integer(
    "members", in: 1...Int.max,
    help: "the expected number of members: a concatenation cannot show by itself that a whole member is missing")
  /// `--flush`: write every frame at once, without waiting for a full buffer.
  public static let flush = Option.flag("flush", help: "write each frame as soon as it is complete")
}

/// When progress is shown on standard error.
public enum ProgressMode: String, CaseIterable, Sendable {
  /// On a terminal, after a second of work, unless `--quiet` is given.
  case auto
  /// Also where standard error is a file or a pipe.
  case always
  /// Only as the answer to SIGUSR1.
  case never
}

/// The form of a report.
public enum ReportFormat: String, CaseIterable, Sendable {
  /// One line of JSON, with all digits.
  case json
  /// Aligned columns for people, with rounded figures.
  case table
}
